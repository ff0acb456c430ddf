"""A connector runs for the stack's account alone, and delivers in the region that it says.

## What

A sink of a stack in a cloud names the `role` it runs as. A sink with a role has `trust` with both `source_account` and
`source_arn`: the account is the stack's, the ARN's region too. Where the destination is an ARN or a CRN with a region,
that is the sink's region. Whose account the names are of is RLS-ACC-002.

The catalogue this began with asked for the region of the sink's ARN alone. A destination's ARN that disagrees with the
sink's own `region` would make every rule on residency judge the wrong place; so the two are compared.

## Why

The service that runs connectors acts for all its customers: a role that it may assume without conditions, it may
assume for any of them. `aws:SourceAccount` and `aws:SourceArn` bind it to the connectors of this stack.

## Fails

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {trust: {source_arn: null}}
```

## Passes

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {trust: {source_arn: "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/siem/5ff8-2"}}
```

## Fix

Write `role`, `trust.source_account` and `trust.source_arn` of the sink, and the destination's real region.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.model.cloud_name import CloudName
from levee.model.stack import Target
from levee.model.stream import SinkSpec
from levee.plan.planned import Boundary, PlannedSink
from policies.facts import Facts
from policies.population import sinks
from policies.rule import Rule, Severity, Surface, Violation

CLOUDS: Final = frozenset({Target.AWS, Target.IBM})


def check(each: PlannedSink, facts: Facts) -> Iterator[Violation]:
    """Judge what one sink runs as and where it delivers."""
    sink, boundary = each.sink, facts.plan.boundary
    if sink.role is not None:
        problem = _trust_problem(sink, boundary)
        if problem is not None:
            yield Violation(
                current=f"its role {problem}",
                expected=f"`trust` with `source_account` {boundary.account} and a `source_arn` in {boundary.region}",
                fix="write both `trust.source_account` and `trust.source_arn`",
                at=("trust",),
            )
    elif facts.plan.target in CLOUDS:
        yield Violation(
            current="it runs as nobody in its cloud",
            expected="a role of its own",
            fix="write `role: <the ARN or CRN it runs as>`, and its `trust`",
            at=("role",),
        )
    yield from _destination(sink, boundary)


def _trust_problem(sink: SinkSpec, boundary: Boundary) -> str | None:
    trust = sink.trust
    if trust is None or trust.source_account is None or trust.source_arn is None:
        return "is bound to no account or to no connector"
    if trust.source_account != boundary.account:
        return f"may be used for account {trust.source_account}"
    if CloudName.parse(trust.source_arn).region != boundary.region:
        return f"may be used outside {boundary.region}"
    return None


def _destination(sink: SinkSpec, boundary: Boundary) -> Iterator[Violation]:
    if not sink.destination.startswith(("arn:", "crn:")):
        return
    region, said = CloudName.parse(sink.destination).region, sink.place.region or boundary.region
    if region and region != said:
        yield Violation(
            current=f"its destination is in {region}, and the sink says {said}",
            expected="the destination's own region",
            fix=f"write `region: {region}`, or deliver to {said}",
            at=("region",),
        )


RULE = Rule(
    id="RLS-CON-001",
    title="A connector runs for the stack's account alone, and delivers in the region that it says",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    authorities=("AWS MSK Connect role", "AWS Data perimeter", "NIST AC-4", "NIST AC-6"),
    subjects=sinks,
    check=check,
    page=__doc__,
)
