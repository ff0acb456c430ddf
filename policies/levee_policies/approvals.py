"""When a dated approval in a stream's file lets a change through."""

from __future__ import annotations

from levee.model.approval import Approval, GuardedChange, in_force
from levee.plan.planned import PlannedTopic
from levee_policies.changes import changes_of
from levee_policies.facts import Facts


def is_spent(stream: str, approval: Approval, facts: Facts) -> bool:
    """Whether an earlier deployment went by it: it lets no second change through."""
    return approval.mark(stream) in changes_of(facts).spent


def is_approved(topic: PlannedTopic, change: GuardedChange, facts: Facts, service: str | None = None) -> bool:
    """Whether the stream's file lets the change through in this run."""
    return any(
        each.change is change
        and each.service == service
        and in_force(each, facts.context.as_of)
        and not is_spent(topic.stream, each, facts)
        for each in topic.approvals
    )
