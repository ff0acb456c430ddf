"""No setting of a regulated topic refuses its records, hides them, or lets them outlive their retention.

## What

A regulated topic's `segment.ms` is no longer than its retention; `message.timestamp.after.max.ms` and
`file.delete.delay.ms` are a day at most, `message.timestamp.before.max.ms` a day at least, `max.message.bytes` Kafka's
default at least; and tiered storage is off. Replicas, elections, compaction and limits by size are rules of their own.

## Why

Retention counts by segment and by the records' own dates: a segment that stays open for a year keeps a week's records a
year, and a record that is dated ahead isn't removed. What a broker refuses for its size or its date is nowhere. Records
in tiered storage lie where no file says.

## Fails

```yaml
streams/payments-audit.yaml:
  settings: {segment.ms: 63072000000}
```

## Passes

```yaml
streams/payments-audit.yaml:
  settings: {segment.ms: 86400000, message.timestamp.after.max.ms: 3600000, remote.storage.enable: false}
```

## Fix

Remove the setting: levee writes a safe value.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.catalog.regulated_setting import REGULATED_SETTINGS
from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import regulated_topics


def check(topic: PlannedTopic, _: Facts) -> Iterator[Violation]:
    """Judge one regulated topic."""
    settings = dict(topic.settings)
    for setting, value in settings.items():
        rule = REGULATED_SETTINGS.get(setting)
        problem = None if rule is None else rule.problem(value)
        if rule is not None and problem is not None:
            yield _violation(setting, value, f"{setting} {problem}", rule.why)
    segment, retention = settings.get("segment.ms"), int(settings.get("retention.ms", "-1"))
    if segment is not None and 0 < retention < int(segment):
        why = "records live on in a segment that is not ended yet"
        yield _violation("segment.ms", segment, f"segment.ms must be {retention} or less, as the retention", why)


def _violation(setting: str, value: str, expected: str, why: str) -> Violation:
    return Violation(
        current=f"{setting} is {value}: {why}",
        expected=expected,
        fix="remove the setting from the stream's file, or from `cluster.settings`: levee writes a safe value",
        at=("settings", setting),
    )


RULE = Rule(
    id="RLS-RET-006",
    title="No setting of a regulated topic refuses its records, hides them, or lets them outlive their retention",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("Kafka Topic configs", "NIST AU-9", "NIST AU-11", "NIST SI-12", "GDPR Art. 5(1)(e)"),
    subjects=regulated_topics,
    check=check,
    page=__doc__,
)
