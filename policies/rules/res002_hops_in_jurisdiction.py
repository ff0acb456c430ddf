"""Sources and sinks lie in the stack's jurisdiction.

## What

Every source and every sink of a stream is in a region that lies in the stack's jurisdiction. Where a hop names no
region it is in the stack's. Archives are RLS-RES-008, readers RLS-RES-009, the brokers RLS-RES-001.

Hops are not registered resources yet: only files show them.

## Why

IBM puts it plainly: you must control where the log service, the stream, the connectors and the destination are. One hop
outside is a transfer, an onward transfer included.

## Fails

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {region: us-east-1}
```

## Passes

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {region: eu-central-1}
```

## Fix

Move the hop into the jurisdiction, or take the stream's records to it under a stack of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from levee.plan.planned import Flow, HopKind
from policies.facts import Facts
from policies.population import flows
from policies.residency import astray
from policies.rule import Rule, Severity, Surface, Violation

JUDGED: Final = frozenset({HopKind.SOURCE, HopKind.SINK})


def check(flow: Flow, facts: Facts) -> Iterator[Violation]:
    """Judge the hops of one stream."""
    for hop in flow.hops:
        if hop.kind in JUDGED and hop.region != facts.plan.boundary.region:
            what = f"{hop.kind.value} {hop.name}"
            violation = astray(facts, what, hop.region, "move it into the jurisdiction")
            if violation is not None:
                yield replace(violation, origin=hop.origin)


RULE = Rule(
    id="RLS-RES-002",
    title="Sources and sinks lie in the stack's jurisdiction",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES}),
    authorities=(
        "IBM Streaming",
        "GDPR Art. 44",
        "DORA Art. 30",
        "NIST SA-9(5)",
    ),
    subjects=flows,
    check=check,
    page=__doc__,
    waivable=False,
)
