"""A cloud service that writes is bound to one account and one caller.

## What

A source that is a cloud's own log service has `trust` with both `source_account` and `source_arn`; the account is the
source's, and the ARN's account and region are the same: no wildcard stands before its resource. Where the source names
its `log_group`, the ARN is that log group's and no wider. Any other source needs no `trust`; one that has it is judged
alike. Registered, it is the trust of the role that delivers the log group's events.

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

from levee.model.stream import CLOUD_SERVICES
from levee.plan.planned import PlannedSource
from levee_policies.callers import names_log_group, too_wide
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import sources


def check(planned: PlannedSource, facts: Facts) -> Iterator[Violation]:
    """Judge on what terms one source may write."""
    source, boundary = planned.source, facts.plan.boundary
    if source.kind not in CLOUD_SERVICES and source.trust is None:
        return
    account, region = source.place.account or boundary.account, source.place.region or boundary.region
    problem = too_wide(source.trust, account, region)
    if problem is not None:
        yield _violation(f"it {problem}")
    elif source.log_group is not None and not names_log_group(source.trust, source.log_group):
        yield _violation(f"it may act for others than log group {source.log_group}")


def _violation(current: str) -> Violation:
    return Violation(
        current=current,
        expected="`trust` with `source_account` and `source_arn` of the source's account, region and log group",
        fix="write both `trust.source_account` and `trust.source_arn`, as narrow as what delivers",
        at=("trust",),
    )


RULE = Rule(
    id="RLS-ACC-003",
    title="A cloud service that writes is bound to one account and one caller",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("AWS MSK Connect role", "AWS Data perimeter", "IBM S2S", "NIST AC-4"),
    subjects=sources,
    check=check,
    page=__doc__,
)
