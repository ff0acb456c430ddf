"""A write is on two brokers before it counts, and one broker may be down.

## What

`min.insync.replicas` is set on the topic, to 2 or more, and to less than the number of replicas.

## Why

Kafka's own default is 1: with `acks=all`, a record counts as written when a single broker has it, and is lost with that
broker. With as many in-sync replicas demanded as there are, the first broker to restart stops every writer.

## Fails

```yaml
streams/payments-audit.yaml:
  min_insync: 1
```

## Passes

```yaml
streams/payments-audit.yaml:
  min_insync: 2
```

## Fix

Write `min_insync: 2` with `replication: 3`, in the stream's file or in its class.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import topics


def check(topic: PlannedTopic, _: Facts) -> Iterator[Violation]:
    """Judge one topic."""
    setting = dict(topic.settings).get("min.insync.replicas")
    if setting is None:
        yield _violation("min.insync.replicas is not set: the broker's default counts, and Kafka's is 1")
    elif int(setting) < 2 or int(setting) >= topic.replication:
        yield _violation(f"min.insync.replicas {setting} of {topic.replication} replicas")


def _violation(current: str) -> Violation:
    return Violation(
        current=current,
        expected="2 or more, and fewer than there are replicas",
        fix="write `min_insync: 2` with `replication: 3`",
        at=("min_insync",),
    )


RULE = Rule(
    id="RLS-DUR-002",
    title="A write is on two brokers before it counts, and one broker may be down",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("Kafka Topic configs", "NIST CP-9", "DORA Art. 12"),
    subjects=topics,
    check=check,
    page=__doc__,
)
