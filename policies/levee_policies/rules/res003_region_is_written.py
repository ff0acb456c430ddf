"""A cloud's provider is given the stack's region as a plain value.

## What

Every cloud provider that a program registers has the stack's region as its `region`, known at preview. In stack files a
region is always a plain value.

## Why

A region that comes from the environment, or from another resource's output, is not known when a preview is judged: an
engine that can't evaluate a policy lets it pass as advice.

## Fails

```yaml
resources:
  - type: pulumi:providers:aws
    name: aws
    inputs: {allowedAccountIds: ["123456789012"]}
```

## Passes

```yaml
resources:
  - type: pulumi:providers:aws
    name: aws
    inputs: {region: eu-west-1, allowedAccountIds: ["123456789012"]}
```

## Fix

Give the provider the stack's region as text.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import CloudProvider
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import clouds


def check(provider: CloudProvider, facts: Facts) -> Iterator[Violation]:
    """Judge one provider."""
    region = facts.plan.boundary.region
    if provider.region != region:
        yield Violation(
            current=f"provider {provider.name} has {provider.region or 'no region of its own'}",
            expected=f"region {region}, written as a plain value",
            fix="give the provider the stack's region as text",
        )


RULE = Rule(
    id="RLS-RES-003",
    title="A cloud's provider is given the stack's region as a plain value",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("AWS CT.MULTISERVICE.PV.1", "NIST SA-9(5)", "GDPR Art. 44"),
    subjects=clouds,
    check=check,
    page=__doc__,
)
