"""Nobody both writes and reads the same regulated stream.

## What

No principal may write to and read from the same topic of a regulated class. Different streams are fine: an aggregator
reads one and writes another.

## Why

Who reads evidence and can add to it can answer what it reads. Auditors ask for the two to be apart.

## Fails

```yaml
streams/payments-dead-letters.yaml:
  sources:
    - service: dead-letter-writer
      kind: application
      producer: {acks: all, idempotent: true}
    - service: siem-shipper
      kind: application
      producer: {acks: all, idempotent: true}
    - service: auditor
      kind: application
      producer: {acks: all, idempotent: true}
```

## Passes

```yaml
streams/payments-events.yaml:
  consumers:
    - service: payments-dashboard
      groups: [payments-dashboard]
    - service: payments-api
      groups: [payments-api]
```

## Fix

Give the two roles to two services.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import Principal
from levee_policies.access import reached
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import principals


def check(principal: Principal, facts: Facts) -> Iterator[Violation]:
    """Judge the topics that one principal reaches both ways."""
    both = reached(principal, {"write"}, facts) & reached(principal, {"read"}, facts)
    regulated = sorted(name for name in both if facts.class_of(facts.named[name]).regulated)
    if regulated:
        yield Violation(
            current=f"{principal.name} writes to and reads from {', '.join(regulated)}",
            expected="two services for the two roles",
            fix="give the two roles to two services",
        )


RULE = Rule(
    id="RLS-IDN-006",
    title="Nobody both writes and reads the same regulated stream",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE, Surface.STACK}),
    authorities=("NIST AC-5", "NIST AC-4(21)", "PCI 7.2.5"),
    subjects=principals,
    check=check,
    page=__doc__,
)
