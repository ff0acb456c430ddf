"""A dated approval, in a stream's file, of a change that nobody should make in passing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Final

from levee.model.origin import Origin

LONGEST_DAYS: Final = 30  # an approval is for a change at hand; one for later is written later


class GuardedChange(StrEnum):
    """What can be approved. A deletion is not among them: `retire` announces it before the file goes."""

    UNPROTECT = "unprotect"
    RETENTION_CUT = "retention-cut"
    PARTITION_INCREASE = "partition-increase"
    GRANT_WIDENING = "grant-widening"
    SETTING_CHANGE = "setting-change"
    RECREATED = "recreated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One entry of a stream's `approve`. It holds up to and including the day `until`.

    It lets one deployment through: one that was in the file at the last deployment is spent.
    `service` is whose grants may grow, `identity` the id or ARN of the thing that stands where another was recorded;
    each None for every other change.
    """

    change: GuardedChange
    service: str | None
    identity: str | None
    until: date
    approved_by: str
    reason: str
    ticket: str
    origin: Origin

    def mark(self, stream: str) -> str:
        """The same for the same entry of the same stream's file, wherever in it: what a deployment remembers it by."""
        words = [str(getattr(self, each.name)) for each in fields(self) if each.name != "origin"]
        return hashlib.sha256("\n".join((stream, *words)).encode()).hexdigest()[:32]


def in_force(approval: Approval, as_of: date) -> bool:
    """Whether it lets its change through on that day."""
    return 0 <= (approval.until - as_of).days <= LONGEST_DAYS


def acknowledged(approvals: Iterable[Approval], as_of: date) -> tuple[str, ...]:
    """The identities of things made anew that may be taken for the recorded ones on that day, sorted."""
    return tuple(
        sorted(
            each.identity
            for each in approvals
            if each.change is GuardedChange.RECREATED and each.identity is not None and in_force(each, as_of)
        )
    )
