"""Nobody both reads and manages the same stream.

## What

No principal may read a declared topic and also create, delete or reconfigure it, be it by exact name, by prefix, or by
one of each. Managing one stream and reading another is fine.

## Why

Who reads what is recorded, and can shorten how long it is kept, removes what it didn't like to read. Roles that are
apart on paper are one where one service holds both.

## Fails

```yaml
streams/payments-events.yaml:
  consumers:
    - {service: payments-dashboard, groups: [payments-dashboard-*]}
    - {service: payments-operator, groups: [payments-operator]}
```

## Passes

```yaml
stack.yaml:
  services:
    payments-operator: {grants: [{role: manager, streams: [payments-audit]}]}
streams/payments-events.yaml:
  consumers:
    - {service: payments-dashboard, groups: [payments-dashboard-*]}
    - {service: payments-operator, groups: [payments-operator]}
```

## Fix

Give the two roles to two services.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import Principal
from levee_policies.access import MANAGING, reached
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import principals


def check(principal: Principal, facts: Facts) -> Iterator[Violation]:
    """Judge the topics that one principal reaches both ways."""
    both = sorted(reached(principal, {"read"}, facts) & reached(principal, MANAGING, facts))
    if both:
        yield Violation(
            current=f"{principal.name} reads and manages {', '.join(both)}",
            expected="two services for the two roles",
            fix="give the two roles to two services",
        )


RULE = Rule(
    id="RLS-IDN-013",
    title="Nobody both reads and manages the same stream",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE, Surface.STACK}),
    authorities=("NIST AC-5", "NIST AC-6", "NIST AU-9", "PCI 7.2.5"),
    subjects=principals,
    check=check,
    page=__doc__,
)
