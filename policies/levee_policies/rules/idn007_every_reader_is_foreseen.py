"""Every grant on a stream is declared, and its readers are those of its class.

## What

Who is allowed anything on a declared stream is a service that the stack's files name. Where the stream's class lists
`readers`, who reads is one of them.

The catalogue this began with also asked that every declared source and consumer has its grant. levee compiles grants
from sources and consumers, so that a missing one can't be written; `levee verify` tries each on the live cluster.

## Why

A grant that no file declares has no owner and no end. A reader that the class doesn't foresee is a leak, if only to
colleagues.

## Fails

```yaml
classes.yaml:
  classes:
    audit:
      readers: [siem-shipper]
```

## Passes

```yaml
classes.yaml:
  classes:
    audit:
      readers: []
```

## Fix

Declare the service as a source or consumer of the stream; have the owner of the class add it to `readers`.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import Access, Principal
from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import principals


def check(principal: Principal, facts: Facts) -> Iterator[Violation]:
    """Judge what one principal may do to declared streams."""
    for access in principal.access:
        if access.allows and access.resource_type == "topic":
            for topic in facts.covered(access.name, access.pattern):
                yield from _grant(principal, access, topic, facts)


def _grant(principal: Principal, access: Access, topic: PlannedTopic, facts: Facts) -> Iterator[Violation]:
    data_class = facts.class_of(topic)
    if principal.service is None:
        yield Violation(
            current=f"{principal.name}, which no stack file names, may {access.operation} {topic.name}",
            expected="grants of declared services only",
            fix="declare the service as a source or consumer of the stream, or remove the grant",
            origin=access.origin,
        )
    elif access.operation == "read" and data_class.readers and principal.service not in data_class.readers:
        yield Violation(
            current=f"{principal.service} reads {topic.name}",
            expected=f"a reader that class {data_class.name} foresees: {', '.join(data_class.readers)}",
            fix="have the class's owner add the service to `readers`, or remove the grant",
            origin=access.origin,
        )


RULE = Rule(
    id="RLS-IDN-007",
    title="Every grant on a stream is declared, and its readers are those of its class",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE, Surface.STACK}),
    authorities=("NIST AC-3", "NIST AC-6", "PCI 7.2.5", "DORA Art. 9"),
    subjects=principals,
    check=check,
    page=__doc__,
)
