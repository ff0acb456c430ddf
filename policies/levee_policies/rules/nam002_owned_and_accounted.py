"""Every stream has an owner, a class, a cost centre and, for personal data, a legal basis.

## What

A stream's file names an owner and a data class, and it or its stack a cost centre; where the class holds personal data,
a legal basis too.
A topic that no stream file declares has none of them. Where `cost_centres` in stacks/conventions.yaml says how a cost
centre is spelled, one spelled otherwise is none: nobody's budget has it.

## Why

A topic without an owner is nobody's to retire, to answer for, or to pay. Personal data without a legal basis may not be
processed at all.

## Fails

```yaml
streams/payments-audit.yaml:
  cost_centre: null
```

## Passes

```yaml
streams/payments-audit.yaml:
  cost_centre: CC-4711
```

## Fix

Write `owner`, `class` and `cost_centre` in the stream's file, or `cost_centre` in stack.yaml for all of its streams.
For personal data write `legal_basis` as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import topics


def check(topic: PlannedTopic, facts: Facts) -> Iterator[Violation]:
    """Judge one topic."""
    if not topic.owner:
        yield _missing("owner")
    if not topic.cost_centre:
        yield _missing("cost_centre")
    elif not facts.context.conventions.knows(topic.cost_centre):
        yield Violation(
            current=f"cost centre {topic.cost_centre}",
            expected=f"one spelled {facts.context.conventions.cost_centres}, as stacks/conventions.yaml has it",
            fix="write the cost centre that pays for the stream",
            at=("cost_centre",),
        )
    if facts.class_of(topic).personal_data and not topic.legal_basis:
        yield _missing("legal_basis")


def _missing(key: str) -> Violation:
    return Violation(current=f"no {key}", expected=f"`{key}`", fix=f"write `{key}` in the stream's file", at=(key,))


RULE = Rule(
    id="RLS-NAM-002",
    title="Every stream has an owner, a class, a cost centre and, for personal data, a legal basis",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST CM-8", "DORA Art. 8", "GDPR Art. 6"),
    subjects=topics,
    check=check,
    page=__doc__,
)
