"""Nobody reaches the brokers without credentials.

## What

`cluster.network.unauthenticated` is false. Where stack.yaml doesn't say, it is unknown.

## Why

A listener without authentication makes every ACL a suggestion.

## Fails

```yaml
stack.yaml:
  cluster:
    network:
      unauthenticated: true
```

## Passes

```yaml
stack.yaml:
  cluster:
    network:
      unauthenticated: false
```

## Fix

Switch unauthenticated access off on the cluster, then write `unauthenticated: false`.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import Plan
from levee_policies.facts import Facts
from levee_policies.rule import OF_BROKERS, Rule, Severity, Surface, Violation
from levee_policies.subjects import stack


def check(plan: Plan, _: Facts) -> Iterator[Violation]:
    """Judge who can connect."""
    value = plan.cluster.network.unauthenticated
    if value is not False:
        yield Violation(
            current="the stack doesn't say whether anybody may connect" if value is None else "anybody may connect",
            expected="unauthenticated: false",
            fix="switch unauthenticated access off, then write `cluster.network.unauthenticated: false`",
            at=("cluster", "network", "unauthenticated"),
            unknown=value is None,
        )


RULE = Rule(
    id="RLS-ENC-005",
    title="Nobody reaches the brokers without credentials",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_BROKERS,
    authorities=("NIST AC-3", "AWS CT.MSK", "PCI 7.2.5"),
    subjects=stack,
    check=check,
    page=__doc__,
    waivable=False,
)
