"""Records are kept no longer than their class allows, and personal data not for ever.

## What

`retention.ms` is not above the ceiling of the topic's class; `-1`, for ever, is above every ceiling. A class with
personal data has a ceiling.

Stack files can't go above the ceiling of a class: they don't load (`retention`). What this rule finds in files is a
class with personal data that names no ceiling. On registered resources it judges every topic. A topic without
`retention.ms` is RLS-RET-001's where its class has a floor, and this rule's where it has not.

## Why

Personal data is kept no longer than its purpose needs. What is kept longer is there to be stolen, searched and
demanded.

## Fails

```yaml
classes.yaml:
  classes:
    audit:
      retention: {ceiling: null}
```

## Passes

```yaml
classes.yaml:
  classes:
    audit:
      retention: {ceiling: 3650d}
```

## Fix

Write `retention` in the stream's file, and `retention: {ceiling: …}` in a class with personal data.
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
    ceiling, setting = data_class.retention_ceiling, dict(topic.settings).get("retention.ms")
    if ceiling is None:
        if data_class.personal_data:
            yield Violation(
                current=f"class {data_class.name} holds personal data and names no ceiling",
                expected="a ceiling for every class with personal data",
                fix="write `retention: {ceiling: …}` in the class",
                origin=data_class.origin,
                at=("retention",),
            )
    elif setting is None:
        if data_class.retention_floor is None:
            yield _violation("retention.ms is not set: the broker's default counts", ceiling)
    elif int(setting) < 0:
        yield _violation("it is kept for ever", ceiling)
    elif int(setting) > ceiling.milliseconds:
        yield _violation(f"retention {Duration(int(setting))}", ceiling)


def _violation(current: str, ceiling: Duration) -> Violation:
    return Violation(
        current=current, expected=f"{ceiling} or less", fix=f"write `retention: {ceiling}` or less", at=("retention",)
    )


RULE = Rule(
    id="RLS-RET-002",
    title="Records are kept no longer than their class allows, and personal data not for ever",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("GDPR Art. 5(1)(e)", "NIST SI-12", "Kafka Topic configs"),
    subjects=topics,
    check=check,
    page=__doc__,
)
