"""What is claimed of the keys that encrypt a stack's secrets and archives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.planned import Plan
from levee_infra.targets.aws.kinds.key.live import LiveKey
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.live import LiveAccount, present
from levee_infra.targets.aws.proof.policy_case import tried
from levee_infra.targets.aws.proof.unexpected_access import insiders, outsiders
from levee_infra.verify.account import AccountCheck, AccountResult, there

THERE: Final = there(things.KEY)
ON: Final = AccountCheck(things.KEY, "is on", "is enabled, and kept by the account itself")
RENEWED: Final = AccountCheck(things.KEY, "renewed", "is renewed every year")
ONE_REGION: Final = AccountCheck(things.KEY, "one region", "lies in one region, and can't be copied to another")
OUTSIDERS: Final = AccountCheck(things.KEY, "no outsiders", "is used and managed by nobody of another account")
YEAR: Final = 365
ACTIONS: Final = ("kms:Decrypt", "kms:CreateGrant", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")


def declared_keys(plan: Plan) -> list[str]:
    """The keys that secrets and archives name, each once."""
    named = [plan.secrets.key, *(archive.archive.key for archive in plan.archives)]
    return list(dict.fromkeys(key for key in named if key is not None))


def key_outcomes(plan: Plan, live: LiveAccount) -> Iterator[AccountResult]:
    """Everything about every declared key."""
    for name in declared_keys(plan):
        key = yield from present(THERE, name, live.keys, "there is no such key")
        if key is not None:
            yield from _outcomes(plan, name, key)


def _outcomes(plan: Plan, name: str, key: LiveKey) -> Iterator[AccountResult]:
    yield THERE.holds(name, key.arn)
    state, manager = key.about.get("KeyState"), key.about.get("KeyManager")
    yield ON.judged(name, holds=(state, manager) == ("Enabled", "CUSTOMER"), found=f"{state}, managed by {manager}")
    days = key.renewed_after
    found = "rotation is off" if days is None else f"every {days} days"
    yield RENEWED.judged(name, holds=days is not None and days <= YEAR, found=found)
    several = key.about.get("MultiRegion") is not False
    yield ONE_REGION.judged(name, holds=not several, found="multi-region" if several else "of this region only")
    granted = [grantee for grantee in key.grantees if _is_arn_outside(plan, grantee)]
    if granted:
        yield OUTSIDERS.fails(name, f"grants let {', '.join(granted)} use it")
    else:
        yield tried(OUTSIDERS, name, outsiders(plan, key.policy, ACTIONS, key.arn))


def _is_arn_outside(plan: Plan, grantee: str) -> bool:
    """Whether a grantee is an identity of elsewhere; services of AWS have no ARN."""
    parts = grantee.split(":")
    return parts[0] == "arn" and len(parts) >= 6 and parts[4] not in insiders(plan).accounts
