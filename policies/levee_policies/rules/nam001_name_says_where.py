"""A topic's name says truly where and whose it is: `<jurisdiction>.<domain>.<dataset>.v<version>`.

## What

The name has four parts: a jurisdiction that the stack's region lies in, a domain, a dataset, and a version. The parts
are lower-case letters, digits and inner hyphens. `topics` in stacks/conventions.yaml gives another form, in which
`<jurisdiction>`, `<region>` or both say where the topic is, `<version>` is a number, and all else is free.

The catalogue this began with compared the first part with a region. A region's name says little (eu-west-2 is London)
and changes with every move; the jurisdiction is what has to stay the same, so that is what the name states.

## Why

Grants by prefix (`eu.payments.*`), dashboards and people read a topic's place and owner from its name. A name that
claims another jurisdiction sends a reader's access, or a mirror's copy, to the wrong side of the border.

## Fails

```yaml
streams/payments-events.yaml:
  topic: us.payments.events.v1
```

## Passes

```yaml
streams/payments-events.yaml:
  topic: ie.payments.events.v1
```

## Fix

Name new topics so. A topic can't be renamed: declare a new stream, move its writers and readers, retire the old one; or
have a waiver for it until then.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import topics


def check(topic: PlannedTopic, facts: Facts) -> Iterator[Violation]:
    """Judge one topic."""
    region = facts.plan.boundary.region
    form = facts.context.conventions.topics
    parts = facts.context.conventions.parts_of(topic.name)
    if parts is None:
        yield _violation(f"topic {topic.name}", form)
        return
    jurisdiction = parts.get("jurisdiction")
    if jurisdiction is not None and jurisdiction not in facts.jurisdictions_of(region):
        yield _violation(f"topic {topic.name} claims {jurisdiction}, and region {region} doesn't lie there", form)
    if parts.get("region", region) != region:
        yield _violation(f"topic {topic.name} claims {parts['region']}, and the stack's region is {region}", form)


def _violation(current: str, form: str) -> Violation:
    return Violation(
        current=current,
        expected=f"{form}, of a jurisdiction and region that the stack's region lies in",
        fix=f"name it {form}; a topic that exists can't be renamed: replace its stream",
        at=("topic",),
    )


RULE = Rule(
    id="RLS-NAM-001",
    title="A topic's name says truly where and whose it is: `<jurisdiction>.<domain>.<dataset>.v<version>`",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST CM-8", "DORA Art. 8", "NIST SA-9(5)"),
    subjects=topics,
    check=check,
    page=__doc__,
)
