"""Sources and sinks lie in the stack's jurisdiction.

## What

Every source and every sink of a stream is in a region that lies in the stack's jurisdiction and in one of those that
the stream's class allows, and so are the streams that take what a sink can't deliver: a dead letter is a record of the
class that it comes from. Judged is the `region` of the hop, and every region that its names tell: the destination, the
identity, settings of the connector. A destination that tells none, such as `https://siem.example.com` or an S3 bucket,
is unknown, unless the sink says `region`, or is somebody else's service with an entry in the register of third parties.
Where a source names no region it is in the stack's. Archives are RLS-RES-008, readers RLS-RES-009, the brokers
RLS-RES-001.

Of registered resources what delivers a log group's events is judged alike, and principals by their ARNs.

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

Move the hop into the jurisdiction, or take the stream's records to it under a stack of its own. Write `region` beside a
destination whose name doesn't tell it.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.places import NamedPlace, PlaceKind
from levee_policies.facts import Facts
from levee_policies.residency import astray, unplaced
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import hop_places


def check(named: NamedPlace, facts: Facts) -> Iterator[Violation]:
    """Judge one place of a source or a sink."""
    yield from astray(facts, named, "move it into the jurisdiction")
    if named.kind is PlaceKind.SINK:
        fix = "write the sink's `region`, or `external: true` and its `register_entry`"
        yield from unplaced(named, fix, own_hosts=named.what == "destination")


RULE = Rule(
    id="RLS-RES-002",
    title="Sources and sinks lie in the stack's jurisdiction",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("IBM Streaming", "GDPR Art. 44", "DORA Art. 30", "NIST SA-9(5)"),
    subjects=hop_places,
    check=check,
    page=__doc__,
    waivable=False,
)
