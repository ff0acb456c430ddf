"""A cloud's provider is bound to the stack's account.

## What

Every AWS provider that a program registers has `allowedAccountIds` with the stack's account and no other, and every
levee provider the stack's account under `aws`.

An IBM provider has no such setting; preflight asks the live account instead. A file has no providers.

## Why

Credentials come from the environment. A shell left over from another account deploys there, without a question.

## Fails

```yaml
resources:
  - type: pulumi:providers:aws
    name: aws
    inputs: {region: eu-west-1}
```

## Passes

```yaml
resources:
  - type: pulumi:providers:aws
    name: aws
    inputs: {region: eu-west-1, allowedAccountIds: ["123456789012"]}
```

## Fix

Give the provider `allowedAccountIds` with the stack's account.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import CloudProvider
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import clouds


def check(provider: CloudProvider, facts: Facts) -> Iterator[Violation]:
    """Judge one provider."""
    account = facts.plan.boundary.account
    if provider.cloud == "aws" and provider.accounts != (account,):
        listed = "no account" if provider.accounts is None else ", ".join(provider.accounts) or "no account"
        yield Violation(
            current=f"provider {provider.name} is bound to {listed}",
            expected=f"allowedAccountIds with {account} alone",
            fix="give the provider `allowedAccountIds` with the stack's account",
        )


RULE = Rule(
    id="RLS-ACC-005",
    title="A cloud's provider is bound to the stack's account",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("NIST AC-3", "AWS Data perimeter"),
    subjects=clouds,
    check=check,
    page=__doc__,
)
