"""A cloud service that writes is bound to one account and one caller.

## What

A source that is a cloud's own log service has `trust` with both `source_account` and `source_arn`; the account is the
source's, and the ARN's account is the same.

## Why

A cloud's service acts for all its customers. Without both conditions another customer can have it write here: the
confused deputy.

## Fails

```yaml
streams/payments-events.yaml:
  sources:
    0:
      trust:
        source_arn: null
```

## Passes

```yaml
streams/payments-events.yaml:
  sources:
    0:
      trust:
        source_arn: arn:aws:logs:eu-west-1:123456789012:log-group:payments
```

## Fix

Write both `trust.source_account` and `trust.source_arn` of the source.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.cloud_name import CloudName
from levee.model.stream import CLOUD_SERVICES
from levee.plan.planned import PlannedSource
from policies.facts import Facts
from policies.population import sources
from policies.rule import Rule, Severity, Surface, Violation


def check(planned: PlannedSource, facts: Facts) -> Iterator[Violation]:
    """Judge on what terms one source may write."""
    source = planned.source
    if source.kind not in CLOUD_SERVICES:
        return
    account = source.place.account or facts.plan.boundary.account
    trust = source.trust
    if trust is None or trust.source_account is None or trust.source_arn is None:
        yield _violation("it is bound to no account or to no caller")
    elif trust.source_account != account:
        yield _violation(f"it may act for account {trust.source_account}, and is in {account}")
    elif CloudName.parse(trust.source_arn).account != trust.source_account:
        yield _violation("its caller is of another account than its `source_account`")


def _violation(current: str) -> Violation:
    return Violation(
        current=current,
        expected="`trust` with `source_account` and `source_arn` of the source's account",
        fix="write both `trust.source_account` and `trust.source_arn`",
        at=("trust",),
    )


RULE = Rule(
    id="RLS-ACC-003",
    title="A cloud service that writes is bound to one account and one caller",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    authorities=(
        "AWS MSK Connect role",
        "AWS Data perimeter",
        "IBM S2S",
        "NIST AC-4",
    ),
    subjects=sources,
    check=check,
    page=__doc__,
)
