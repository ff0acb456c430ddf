"""A dated approval, in a stream's file, of a change that nobody should make in passing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from levee.model.origin import Origin


class GuardedChange(StrEnum):
    """What can be approved. A deletion is not among them: `retire` announces it before the file goes."""

    UNPROTECT = "unprotect"
    RETENTION_CUT = "retention-cut"
    PARTITION_INCREASE = "partition-increase"
    GRANT_WIDENING = "grant-widening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One entry of a stream's `approve`. It holds up to and including the day `until`.

    `service` is whose grants may grow; None for every other change.
    """

    change: GuardedChange
    service: str | None
    until: date
    approved_by: str
    reason: str
    ticket: str
    origin: Origin
