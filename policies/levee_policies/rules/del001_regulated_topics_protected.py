"""The engine refuses to delete a regulated topic, until the day on which it may go.

## What

A topic of a regulated class is registered with `protect: true`. The exception is a stream whose file has a `retire`
entry that is due. A topic that no stream file declares is regulated until somebody says what it carries.

levee's own program protects what is regulated, so only registered resources show this.

## Why

Without protection a removed line or a renamed resource is a deleted topic at the next deployment, with every record in
it. The retirement entry is a second person's dated decision.

## Fails

```yaml
resources:
  - {name: payments-audit, protected: false}
```

## Passes

```yaml
resources:
  - {name: payments-events, protected: false}
```

## Fix

Register the topic with `protect=True`. To remove it write `retire: {on: …, approved_by: …, reason: …, ticket: …}` in
the stream's file, and deploy on or after that day.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import regulated_topics


def check(topic: PlannedTopic, facts: Facts) -> Iterator[Violation]:
    """Judge one regulated topic."""
    may_go = topic.retire is not None and topic.retire.is_due(facts.context.as_of)
    if not topic.protected and not may_go:
        yield Violation(
            current="it may be deleted by any deployment",
            expected="`protect: true`, or a retirement that is due",
            fix="register it with protect=True; to remove it, write `retire` in the stream's file",
        )


RULE = Rule(
    id="RLS-DEL-001",
    title="The engine refuses to delete a regulated topic, until the day on which it may go",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("NIST AU-9", "NIST AC-3(2)", "PCI 10.3.2"),
    subjects=regulated_topics,
    check=check,
    page=__doc__,
)
