"""Who writes a regulated stream waits until its records are safe.

## What

Every source of a regulated stream that is an application says `producer: {acks: all, idempotent: true}`. A cloud's own
log service can't be set, and is left out.

## Why

With `acks=1` a record counts once the leader has it, and is gone with the leader. Without idempotence a retry writes it
twice, or out of order.

## Fails

```yaml
streams/payments-audit.yaml:
  sources:
    0:
      producer: {acks: "1"}
```

## Passes

```yaml
streams/payments-events.yaml:
  sources:
    0:
      producer: {acks: "1", idempotent: false}
```

## Fix

Set the producer so, then write `producer: {acks: all, idempotent: true}` at the source.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.stream import CLOUD_SERVICES
from levee.plan.planned import PlannedSource
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import sources


def check(planned: PlannedSource, facts: Facts) -> Iterator[Violation]:
    """Judge how one source writes."""
    source = planned.source
    if source.kind in CLOUD_SERVICES or not facts.class_of_stream(planned.stream).regulated:
        return
    producer = source.producer
    if producer is None or producer.acks != "all" or not producer.idempotent:
        said = f"acks {producer.acks}, idempotent {str(producer.idempotent).lower()}" if producer else "nothing is said"
        yield Violation(
            current=f"{source.service}: {said}",
            expected="acks all, idempotent true",
            fix="set the producer so, then write `producer: {acks: all, idempotent: true}`",
            at=("producer",),
            unknown=producer is None,
        )


RULE = Rule(
    id="RLS-DUR-004",
    title="Who writes a regulated stream waits until its records are safe",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES}),
    unregistered="a producer's settings are the service's own",
    authorities=("Kafka Producer configs", "NIST AU-12", "DORA Art. 12"),
    subjects=sources,
    check=check,
    page=__doc__,
)
