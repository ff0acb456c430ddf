"""Every record is on three brokers.

## What

A topic has three replicas or more.

## Why

With two, maintenance of one broker leaves a single copy, and the next fault loses it.

## Fails

```yaml
streams/payments-audit.yaml:
  replication: 2
  min_insync: 1
expect: [RLS-DUR-001, RLS-DUR-002]
```

## Passes

```yaml
streams/payments-audit.yaml:
  replication: 3
```

## Fix

Write `replication: 3`. For a topic that exists, reassign its partitions with Kafka's own tool first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import topics

LEAST: Final = 3


def check(topic: PlannedTopic, _: Facts) -> Iterator[Violation]:
    """Judge one topic."""
    if topic.replication < LEAST:
        yield Violation(
            current=f"{topic.replication} replicas",
            expected=f"{LEAST} or more",
            fix=f"write `replication: {LEAST}`, in the stream's file or in its class",
            at=("replication",),
        )


RULE = Rule(
    id="RLS-DUR-001",
    title="Every record is on three brokers",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("Kafka Topic configs", "NIST CP-9", "DORA Art. 12", "AWS MSK defaults"),
    subjects=topics,
    check=check,
    page=__doc__,
)
