"""Dated entries that let nothing through yet: what is refused meanwhile is refused although its entry is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from levee.model.approval import LONGEST_DAYS
from levee.plan.planned import Plan


def not_yet_in_force(plan: Plan, as_of: date) -> Iterator[str]:
    """A line for each entry whose first day (UTC) is after that day. Lapsed ones are a rule's to judge."""
    begins = [
        *((topic.stream, "adopt", topic.adopt.on) for topic in plan.topics if topic.adopt is not None),
        *((topic.stream, "retire", topic.retire.on) for topic in plan.topics if topic.retire is not None),
        *(
            (topic.stream, f"approve: {each.change}", each.until - timedelta(days=LONGEST_DAYS))
            for topic in plan.topics
            for each in topic.approvals
        ),
        *([("", "retire", plan.retire.on)] if plan.retire is not None else []),
    ]
    for stream, entry, first in dict.fromkeys(begins):
        if as_of < first:
            whose = f"stream {stream}" if stream else f"stack {plan.stack}"
            yield f"{whose}: its entry `{entry}` is there, and not in force before {first} (UTC)"
