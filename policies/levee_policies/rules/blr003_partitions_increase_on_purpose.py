"""Partitions increase with an approval only.

## What

More partitions for a deployed topic need an approval of `partition-increase` in the stream's file. Whether its records
have keys no file and no broker tells, so every topic is taken for a keyed one.

## Why

The partition of a record is a hash of its key modulo their number: with another number a key's later records go
elsewhere, and readers see them out of order. It can't be undone, as partitions never decrease.

## Fails

```yaml
before: {}
streams/payments-audit.yaml:
  partitions: 4
```

## Passes

```yaml
before: {}
streams/payments-audit.yaml:
  partitions: 4
  approve:
    - change: partition-increase
      until: 2026-11-30
      approved_by: payments-architect
      reason: producers write without keys
      ticket: GOV-1234
```

## Fix

Make sure that no reader relies on the order of a key's records, and write `approve: [{change: partition-increase,
until: …, approved_by: …, reason: …, ticket: …}]` in the stream's file.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.approval import GuardedChange
from levee_policies.approvals import is_approved
from levee_policies.changes import Kept, kept_topics
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation


def check(topic: Kept, facts: Facts) -> Iterator[Violation]:
    """Judge one topic that stays."""
    if topic.after.partitions <= topic.before.partitions:
        return
    if not is_approved(topic.after, GuardedChange.PARTITION_INCREASE, facts):
        yield Violation(
            current=f"{topic.after.partitions} partitions where {topic.before.partitions} are deployed",
            expected="an approval of `partition-increase`: keys move to other partitions, for good",
            fix="write `approve: [{change: partition-increase, until: …, …}]` in the stream's file",
            at=("partitions",),
        )


RULE = Rule(
    id="RLS-BLR-003",
    title="Partitions increase with an approval only",
    severity=Severity.LOW,
    surfaces=frozenset({Surface.CHANGE}),
    authorities=("Kafka Topic configs", "NIST CM-3"),
    subjects=kept_topics,
    check=check,
    page=__doc__,
)
