"""A stream's owner is a team.

## What

The name of a stream's owner ends in `-team`.

## Why

People leave; a team stays, and somebody of it answers.

## Fix

Write the team that answers for the stream as `owner` in its file.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import topics


def check(topic: PlannedTopic, facts: Facts) -> Iterator[Violation]:  # noqa: ARG001 - what else is known
    """Judge one topic."""
    if not topic.owner.endswith("-team"):
        yield Violation(
            current=f"owner {topic.owner or 'unknown'}",
            expected="a team: a name that ends in -team",
            fix="write the team that answers for the stream",
            at=("owner",),
        )


RULE = Rule(
    id="ORG-OWN-001",
    title="A stream's owner is a team",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES}),
    authorities=("The organization's handbook",),
    subjects=topics,
    check=check,
    page=__doc__,
)
