"""For whom a cloud's service may act for the stack: what the rules on its callers have in common."""

from __future__ import annotations

import re
from typing import Final

from levee.model.cloud_name import CloudName
from levee.model.stream import Trust

_ONE: Final = re.compile(r"[^:/*?]+[:/]/?[^:/*?]+(?:[:/].*)?")  # connector/siem/*, log-group:/ecs/x:*


def too_wide(trust: Trust | None, account: str, region: str) -> str | None:
    """Why the conditions let more act than resources of this account and region, or None. Reads on after `it`."""
    if trust is None or trust.source_account is None or trust.source_arn is None:
        return "is bound to no account or to no caller"
    if trust.source_account != account:
        return f"may act for account {trust.source_account}, and is in {account}"
    try:
        caller = CloudName.parse(trust.source_arn)
    except ValueError:
        return "may act for callers of any service, region or account"
    if not caller.is_exact_before_its_resource:
        return "may act for callers of more than one service, region or account"
    if caller.account != account:
        return "may act for a caller of another account"
    return None if caller.region == region else f"may act for a caller outside {region}"


def names_one(trust: Trust | None) -> bool:
    """Whether the caller's name is of one resource: wildcards stand behind its name only."""
    caller = _caller(trust)
    return caller.is_exact or _ONE.fullmatch(caller.resource) is not None


def names_log_group(trust: Trust | None, log_group: str) -> bool:
    """Whether the caller is this log group and no other."""
    return _caller(trust).resource in {f"log-group:{log_group}", f"log-group:{log_group}:*"}


def _caller(trust: Trust | None) -> CloudName:
    return CloudName.parse((trust.source_arn if trust else None) or "")
