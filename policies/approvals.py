"""When a dated approval in a stream's file lets a change through."""

from __future__ import annotations

from datetime import date
from typing import Final

from levee.model.approval import Approval, GuardedChange
from levee.plan.planned import PlannedTopic

LONGEST_DAYS: Final = 30  # an approval is for a change at hand; one for later is written later


def in_force(approval: Approval, as_of: date) -> bool:
    """Whether it lets its change through on that day."""
    return 0 <= (approval.until - as_of).days <= LONGEST_DAYS


def is_approved(topic: PlannedTopic, change: GuardedChange, as_of: date, service: str | None = None) -> bool:
    """Whether the stream's file lets the change through on that day."""
    return any(each.change is change and each.service == service and in_force(each, as_of) for each in topic.approvals)
