"""A prefix ends at a separator and covers streams of one owner.

## What

A grant by prefix ends at `.`, `-` or `_`, and every declared stream that it reaches has the owner of the service it is
given to. No grant is on `*`.

## Why

A prefix reaches streams that don't exist yet. `eu.pay` also reaches `eu.payroll`; `eu.payments.` reaches a stream that
another team puts there next year.

## Fails

```yaml
streams/payments-events.yaml:
  owner: identity-team
```

## Passes

```yaml
stack.yaml:
  services:
    payments-operator:
      grants:
        - role: manager
          topics: eu.payments.events.*
```

## Fix

Name the streams one by one, or give each owner a prefix of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.name import SEPARATORS
from levee.plan.observed import Access, Principal
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import principals


def check(principal: Principal, facts: Facts) -> Iterator[Violation]:
    """Judge every pattern that one principal is allowed."""
    for access in principal.access:
        if access.allows:
            yield from _pattern(access)
            if access.resource_type == "topic" and access.pattern == "prefixed":
                yield from _owners(access, principal.owner, facts)


def _pattern(access: Access) -> Iterator[Violation]:
    if access.name == "*" or access.pattern not in {"literal", "prefixed"}:
        yield _violation(access, f"{access.operation} on every {access.resource_type}", "a name, or a prefix")
    elif access.pattern == "prefixed" and access.name[-1:] not in tuple(SEPARATORS):
        yield _violation(access, f"the prefix {access.name}", "a prefix that ends at one of . - _")


def _owners(access: Access, owner: str | None, facts: Facts) -> Iterator[Violation]:
    for topic in facts.covered(access.name, access.pattern):
        if topic.owner != owner:
            current = f"the prefix {access.name} of {owner or 'nobody'} reaches {topic.name} of {topic.owner}"
            yield _violation(access, current, "a prefix that reaches streams of one owner")
            return


def _violation(access: Access, current: str, expected: str) -> Violation:
    return Violation(
        current=current,
        expected=expected,
        fix="name the streams one by one, or give each owner a prefix of its own",
        origin=access.origin,
    )


RULE = Rule(
    id="RLS-IDN-005",
    title="A prefix ends at a separator and covers streams of one owner",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST AC-6", "Kafka Authorization", "PCI 7.2.5"),
    subjects=principals,
    check=check,
    page=__doc__,
)
