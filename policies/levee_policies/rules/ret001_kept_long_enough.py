"""Records are kept at least as long as their class demands.

## What

`retention.ms` is set on the topic and is not below the floor of its class; a regulated class has a floor.
`-1`, for ever, is above every floor.

Stack files can't go below the floor of a class: they don't load (`retention`). What this rule finds in files is a
regulated class that names no floor. On registered resources it judges every topic.

## Why

A topic without `retention.ms` has the broker's default, seven days, which anybody who runs the brokers may shorten.
PCI DSS keeps audit logs for twelve months.

## Fails

```yaml
classes.yaml:
  classes:
    audit:
      retention:
        floor: null
```

## Passes

```yaml
classes.yaml:
  classes:
    audit:
      retention:
        floor: 300d
```

## Fix

Write `retention` in the stream's file, and `retention: {floor: …}` in a class that is regulated.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.duration import Duration
from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import topics


def check(topic: PlannedTopic, facts: Facts) -> Iterator[Violation]:
    """Judge one topic."""
    data_class = facts.class_of(topic)
    floor, setting = data_class.retention_floor, dict(topic.settings).get("retention.ms")
    if floor is None:
        if data_class.regulated:
            yield Violation(
                current=f"the regulated class {data_class.name} names no floor",
                expected="a floor for every regulated class",
                fix="write `retention: {floor: …}` in the class",
                origin=data_class.origin,
                at=("retention",),
            )
    elif setting is None:
        yield _violation("retention.ms is not set: the broker's default counts", floor)
    elif 0 <= int(setting) < floor.milliseconds:
        yield _violation(f"retention {Duration(int(setting))}", floor)


def _violation(current: str, floor: Duration) -> Violation:
    return Violation(current=current, expected=f"{floor} or more", fix=f"write `retention: {floor}`", at=("retention",))


RULE = Rule(
    id="RLS-RET-001",
    title="Records are kept at least as long as their class demands",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST AU-11", "PCI 10.5.1", "DORA Art. 12", "Kafka Topic configs"),
    subjects=topics,
    check=check,
    page=__doc__,
)
