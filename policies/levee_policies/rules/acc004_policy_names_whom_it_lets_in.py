"""The cluster's resource policy names an organization or accounts.

## What

A resource policy on the cluster is bound to an organization, or to accounts by name; a registered one in each of its
statements.

## Why

A policy without either lets in anyone with valid credentials of any account of that cloud.

## Fails

```yaml
stack.yaml:
  cluster:
    policy:
      organization: null
```

## Passes

```yaml
stack.yaml:
  cluster:
    policy:
      accounts: ["123456789012"]
```

## Fix

Write `cluster.policy.organization` or `cluster.policy.accounts`.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.cluster import PolicySpec
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import resource_policies


def check(policy: PolicySpec, _: Facts) -> Iterator[Violation]:
    """Judge the cluster's policy."""
    if not (policy.organization or policy.accounts):
        yield Violation(
            current="the policy names neither an organization nor accounts",
            expected="one organization, or accounts by name",
            fix="write `cluster.policy.organization` or `cluster.policy.accounts`",
        )


RULE = Rule(
    id="RLS-ACC-004",
    title="The cluster's resource policy names an organization or accounts",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("AWS Data perimeter", "NIST AC-3", "NIST AC-4"),
    subjects=resource_policies,
    check=check,
    page=__doc__,
)
