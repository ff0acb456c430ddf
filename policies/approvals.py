"""When a dated approval in a stream's file lets a change through."""

from __future__ import annotations

from datetime import date

from levee.model.approval import GuardedChange, in_force
from levee.plan.planned import PlannedTopic


def is_approved(topic: PlannedTopic, change: GuardedChange, as_of: date, service: str | None = None) -> bool:
    """Whether the stream's file lets the change through on that day."""
    return any(each.change is change and each.service == service and in_force(each, as_of) for each in topic.approvals)
