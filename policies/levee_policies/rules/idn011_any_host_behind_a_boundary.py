"""Grants to any host stand behind a boundary that is written down.

## What

Where an ACL is for every host (`*`), as levee's are, `cluster.network.boundary` in stack.yaml says what stands between
the brokers and everybody else.

## Why

With `*`, a stolen credential works from wherever the brokers can be reached. The network is then the only other line,
and somebody must be able to name it.

## Fails

```yaml
stack.yaml:
  cluster:
    network:
      boundary: null
```

## Passes

```yaml
stack.yaml:
  cluster:
    network:
      boundary: one VPC without internet access, reached by VPC endpoints of three accounts
```

## Fix

Write `cluster.network.boundary`, in words that an auditor can check.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import Principal
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import principals


def check(principal: Principal, facts: Facts) -> Iterator[Violation]:
    """Judge the hosts that one principal may come from."""
    anywhere = any(access.allows and access.host == "*" for access in principal.access)
    if anywhere and not facts.plan.cluster.network.boundary:
        yield Violation(
            current="it may come from any host, and no boundary is written down",
            expected="a boundary between the brokers and everybody else",
            fix="write `cluster.network.boundary` in stack.yaml",
            origin=facts.plan.origin.at("cluster", "network"),
        )


RULE = Rule(
    id="RLS-IDN-011",
    title="Grants to any host stand behind a boundary that is written down",
    severity=Severity.LOW,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST AC-4", "NIST SC-7", "DORA Art. 9"),
    subjects=principals,
    check=check,
    page=__doc__,
)
