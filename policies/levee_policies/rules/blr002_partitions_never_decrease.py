"""Partitions never decrease.

## What

A deployed topic has at most as many partitions as its stream's file says.

## Why

Kafka can't take a partition away: a provider could only delete the topic and make another. levee's refuses; others
don't.

## Fails

```yaml
before: {}
streams/payments-audit.yaml:
  partitions: 2
```

## Passes

```yaml
before:
  streams/payments-audit.yaml: {partitions: 3}
streams/payments-audit.yaml:
  partitions: 3
```

## Fix

Write the number that is deployed. For fewer write a new stream, and retire this one.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee_policies.changes import Kept, kept_topics
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation


def check(topic: Kept, _: Facts) -> Iterator[Violation]:
    """Judge one topic that stays."""
    if topic.after.partitions < topic.before.partitions:
        yield Violation(
            current=f"{topic.after.partitions} partitions where {topic.before.partitions} are deployed",
            expected=f"{topic.before.partitions} or more: Kafka can't take partitions away",
            fix=f"write `partitions: {topic.before.partitions}`",
            at=("partitions",),
        )


RULE = Rule(
    id="RLS-BLR-002",
    title="Partitions never decrease",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.CHANGE}),
    authorities=("Kafka Topic configs", "NIST AU-9"),
    subjects=kept_topics,
    check=check,
    page=__doc__,
    waivable=False,
)
