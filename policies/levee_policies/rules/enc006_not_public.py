"""The brokers can't be reached from the internet.

## What

`cluster.network.public` is false. Where stack.yaml doesn't say, it is unknown.

## Why

A public broker is scanned within minutes, and one leaked credential is then enough.

## Fails

```yaml
stack.yaml:
  cluster:
    network:
      public: true
```

## Passes

```yaml
stack.yaml:
  cluster:
    network:
      public: false
```

## Fix

Switch public access off on the cluster, then write `public: false`.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import Plan
from levee_policies.facts import Facts
from levee_policies.rule import OF_BROKERS, Rule, Severity, Surface, Violation
from levee_policies.subjects import stack


def check(plan: Plan, _: Facts) -> Iterator[Violation]:
    """Judge from where the brokers can be reached."""
    value = plan.cluster.network.public
    if value is not False:
        yield Violation(
            current="the stack doesn't say whether the brokers are public" if value is None else "they are public",
            expected="public: false",
            fix="switch public access off, then write `cluster.network.public: false`",
            at=("cluster", "network", "public"),
            unknown=value is None,
        )


RULE = Rule(
    id="RLS-ENC-006",
    title="The brokers can't be reached from the internet",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_BROKERS,
    authorities=("AWS CT.MSK", "NIST SC-7", "NIST AC-4"),
    subjects=stack,
    check=check,
    page=__doc__,
    waivable=False,
)
