"""A connector runs for the stack's account alone, and delivers in the region that it says.

## What

A sink of a stack in a cloud names the `role` it runs as. A sink with a role has `trust` with both `source_account` and
`source_arn`: the account is the stack's, the ARN's account and region too, and the ARN names one connector; wildcards
stand behind its name only. Where the destination or a setting names a region, in an ARN, a CRN, a host's name or by
itself, that is the sink's region. Whose account the names are of is RLS-ACC-002.

The catalogue this began with asked for the region of the sink's ARN alone. A destination that disagrees with the sink's
own `region` would make every rule on residency judge the wrong place; so the two are compared.

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

from levee.model.stream import SinkSpec
from levee.plan.places import PlaceKind, sink_places
from levee.plan.planned import Boundary, PlannedSink
from levee.targets.registry import MODELS
from levee_policies.callers import names_one, too_wide
from levee_policies.facts import Facts
from levee_policies.residency import regions_of
from levee_policies.rule import OF_CONNECTORS, Rule, Severity, Surface, Violation
from levee_policies.subjects import sinks


def check(each: PlannedSink, facts: Facts) -> Iterator[Violation]:
    """Judge what one sink runs as and where it delivers."""
    sink, boundary = each.sink, facts.plan.boundary
    if sink.role is not None:
        problem = _trust_problem(sink, boundary)
        if problem is not None:
            yield Violation(
                current=f"its role {problem}",
                expected=f"`trust` with `source_account` {boundary.account} and a connector's ARN in {boundary.region}",
                fix="write both `trust.source_account` and `trust.source_arn`, with the connector's name",
                at=("trust",),
            )
    elif MODELS[facts.plan.target].roles:
        yield Violation(
            current="it runs as nobody in its cloud",
            expected="a role of its own",
            fix="write `role: <the ARN or CRN it runs as>`, and its `trust`",
            at=("role",),
        )
    yield from _named_elsewhere(each, facts)


def _trust_problem(sink: SinkSpec, boundary: Boundary) -> str | None:
    problem = too_wide(sink.trust, boundary.account, boundary.region)
    if problem is None and not names_one(sink.trust):
        return "may act for any connector of the account"
    return problem


def _named_elsewhere(each: PlannedSink, facts: Facts) -> Iterator[Violation]:
    """What nobody knows the place of, and areas of several regions, contradict nothing: RLS-RES-002 judges them."""
    said = each.sink.place.region or facts.plan.boundary.region
    for named in sink_places(each.stream, each.sink):
        for region in () if named.what == "region" or named.kind is not PlaceKind.SINK else regions_of(named):
            if region != said and facts.countries_of(region, area=False):
                yield Violation(
                    current=f"its {named.what} is in {region}, and the sink says {said}",
                    expected="the destination's own region",
                    fix=f"write `region: {region}`, or deliver to {said}",
                    origin=named.origin,
                )


RULE = Rule(
    id="RLS-CON-001",
    title="A connector runs for the stack's account alone, and delivers in the region that it says",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_CONNECTORS,
    authorities=("AWS MSK Connect role", "AWS Data perimeter", "NIST AC-4", "NIST AC-6"),
    subjects=sinks,
    check=check,
    page=__doc__,
)
