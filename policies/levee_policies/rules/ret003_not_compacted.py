"""Regulated topics lose records by age alone: they are not compacted.

## What

`cleanup.policy` of a regulated topic is set on the topic, and is `delete`.

The catalogue this began with forbade `compact`. A topic without the setting has the broker's, which anybody who runs
the brokers may change to `compact`, so it has to be there.

## Why

Compaction keeps the last record of each key and removes those before it: of an order that was changed five times, the
last change is left. A record without a value removes its key's whole history, and any writer may send one.

## Fails

```yaml
streams/payments-audit.yaml:
  settings: {cleanup.policy: "compact,delete"}
```

## Passes

```yaml
streams/payments-audit.yaml:
  settings: {cleanup.policy: delete}
```

## Fix

Write `cleanup.policy: delete`, which is what levee sets where a stream says nothing. A table of current values is a
stream of its own, of a class that is not regulated.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import regulated_topics


def check(topic: PlannedTopic, _: Facts) -> Iterator[Violation]:
    """Judge one regulated topic."""
    policy = dict(topic.settings).get("cleanup.policy", "the broker's")
    if policy != "delete":
        yield Violation(
            current=f"cleanup.policy is {policy}",
            expected="cleanup.policy delete",
            fix="write `settings: {cleanup.policy: delete}`",
            at=("settings", "cleanup.policy"),
        )


RULE = Rule(
    id="RLS-RET-003",
    title="Regulated topics lose records by age alone: they are not compacted",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST AU-9", "NIST AU-11", "PCI 10.3.2", "Kafka Topic configs"),
    subjects=regulated_topics,
    check=check,
    page=__doc__,
)
