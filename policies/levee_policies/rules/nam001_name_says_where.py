"""A topic's name says truly where and whose it is: `<jurisdiction>.<domain>.<dataset>.v<N>`.

## What

The name has four parts: a jurisdiction that the stack's region lies in, a domain, a dataset, and a version. The parts
are lower-case letters, digits and inner hyphens.

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

import re
from collections.abc import Iterator
from typing import Final

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import topics

_PART: Final = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_NAME: Final = re.compile(rf"([a-z]{{2,3}})\.{_PART}\.{_PART}\.v[1-9][0-9]*")


def check(topic: PlannedTopic, facts: Facts) -> Iterator[Violation]:
    """Judge one topic."""
    region = facts.plan.boundary.region
    form = _NAME.fullmatch(topic.name)
    if form is None:
        yield _violation(f"topic {topic.name}")
    elif form[1] not in facts.jurisdictions_of(region):
        yield _violation(f"topic {topic.name} claims {form[1]}, and region {region} doesn't lie there")


def _violation(current: str) -> Violation:
    return Violation(
        current=current,
        expected="<jurisdiction>.<domain>.<dataset>.v<N>, of a jurisdiction that the stack's region lies in",
        fix="name it for example eu.payments.audit.v1; a topic that exists can't be renamed: replace its stream",
        at=("topic",),
    )


RULE = Rule(
    id="RLS-NAM-001",
    title="A topic's name says truly where and whose it is: `<jurisdiction>.<domain>.<dataset>.v<N>`",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST CM-8", "DORA Art. 8", "NIST SA-9(5)"),
    subjects=topics,
    check=check,
    page=__doc__,
)
