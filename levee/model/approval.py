"""A dated approval, in a stream's file, of a change that nobody should make in passing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
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
    RECREATED = "recreated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One entry of a stream's `approve`. It holds up to and including the day `until`.

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


def in_force(approval: Approval, as_of: date) -> bool:
    """Whether it lets its change through on that day."""
    return as_of <= approval.until <= as_of + timedelta(days=LONGEST_DAYS)


def acknowledged(approvals: Iterable[Approval], as_of: date) -> tuple[str, ...]:
    """The identities of things made anew that may be taken for the recorded ones on that day, sorted."""
    return tuple(
        sorted(
            each.identity
            for each in approvals
            if each.change is GuardedChange.RECREATED and each.identity is not None and in_force(each, as_of)
        )
    )
