"""A source and its stream are in the same account.

## What

A source names no account, or the stack's own.

## Why

A source in another account writes records that nobody here answers for. IBM Cloud Logs refuses it: the two must be
provisioned in the same account.

## Fails

```yaml
streams/payments-audit.yaml:
  sources:
    0: {account: "999999999999"}
```

## Passes

```yaml
streams/payments-audit.yaml:
  sources:
    0: {account: "123456789012"}
```

## Fix

Declare the stream in the source's account, or collect in the source's account and hand on under a contract.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import PlannedSource
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import sources


def check(planned: PlannedSource, facts: Facts) -> Iterator[Violation]:
    """Judge where one source belongs."""
    account, own = planned.source.place.account, facts.plan.boundary.account
    if account is not None and account != own:
        yield Violation(
            current=f"{planned.source.service} is in account {account}",
            expected=f"the stack's account {own}",
            fix="declare the stream in the source's own account",
            at=("account",),
        )


RULE = Rule(
    id="RLS-ACC-001",
    title="A source and its stream are in the same account",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES}),
    unregistered="no input of any resource says in which account a source is",
    authorities=("IBM Streaming", "NIST AC-4", "AWS Data perimeter"),
    subjects=sources,
    check=check,
    page=__doc__,
    waivable=False,
)
