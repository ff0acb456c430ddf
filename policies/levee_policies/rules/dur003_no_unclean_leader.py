"""A broker that missed records never leads.

## What

`unclean.leader.election.enable` is false on the topic itself.

## Why

With unclean elections a replica that lacks records becomes leader, and those that acknowledged them throw them away.
Set on the topic, no change of the broker's default undoes it.

## Fails

```yaml
streams/payments-events.yaml:
  settings:
    unclean.leader.election.enable: true
```

## Passes

```yaml
streams/payments-events.yaml:
  settings:
    unclean.leader.election.enable: false
```

## Fix

Remove the setting: levee writes false.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import topics

SETTING: Final = "unclean.leader.election.enable"


def check(topic: PlannedTopic, _: Facts) -> Iterator[Violation]:
    """Judge one topic."""
    value = dict(topic.settings).get(SETTING)
    if value != "false":
        yield Violation(
            current=f"{SETTING} is {value}" if value else f"{SETTING} is left to the broker",
            expected=f"{SETTING}: false",
            fix="remove the setting from the stream's file: levee writes false",
            at=("settings", SETTING),
        )


RULE = Rule(
    id="RLS-DUR-003",
    title="A broker that missed records never leads",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("Kafka Topic configs", "NIST CP-9", "DORA Art. 12"),
    subjects=topics,
    check=check,
    page=__doc__,
    waivable=False,
)
