"""A stream is watched for what its class asks.

## What

A stream has a monitor of every kind in its class's `monitors_required`: `lag`, `under-min-isr` and whatever else the
class names. Registered, one counts while all that decides when it tells and whom is as `levee plan` shows it: metric,
threshold, periods, actions. How finely the brokers measure is RLS-AUD-004; the two were one rule in the catalogue this
began with, and are two because a stream's monitor and a cluster's setting have different owners and different waivers.

## Why

A reader that falls behind loses records when retention passes it, and a partition with too few replicas takes no
writes. Both are silent until somebody misses the records.

## Fails

```yaml
streams/payments-audit.yaml:
  monitors: [{kind: lag, window: 5m, threshold: 1000}]
```

## Passes

```yaml
streams/payments-audit.yaml:
  monitors: [{kind: silence, window: 15m}, {kind: lag, window: 5m, threshold: 9}, {kind: under-min-isr, window: 1m}]
```

## Fix

Write the missing kinds under `monitors` in the stream's file.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee_policies.facts import Facts
from levee_policies.joined import StreamMonitors
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import watched


def check(stream: StreamMonitors, facts: Facts) -> Iterator[Violation]:
    """Judge one stream."""
    data_class = facts.class_of(stream.topic)
    missing = set(data_class.monitors_required) - stream.kinds
    if missing:
        yield Violation(
            current=f"nothing watches for {', '.join(sorted(missing))}",
            expected=f"a monitor of each kind that class {data_class.name} asks for",
            fix=f"write `monitors: [{{kind: {min(missing)}, …}}]`",
            at=("monitors",),
        )


RULE = Rule(
    id="RLS-AUD-003",
    title="A stream is watched for what its class asks",
    severity=Severity.LOW,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE, Surface.STACK}),
    authorities=("NIST SI-4", "DORA Art. 10"),
    subjects=watched,
    check=check,
    page=__doc__,
)
