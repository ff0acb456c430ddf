"""A connector reads its stream as its service, and nothing else.

## What

No setting of a sink names other brokers than `cluster.bootstrap`, another topic than the stream's, a pattern of topics,
a consumer group that isn't its service's, or another way to log in than the stack's. `errors.tolerance: all` goes with
a `dead_letter`. A sink of a regulated stream doesn't begin at the latest record and drops none as invalid.

## Why

`consumer.override.bootstrap.servers`, `topics.regex` or `group.id` in a connector's settings make of a declared hop an
undeclared one: the file shows a reader of one stream, and the worker reads what it likes. A record that is dropped as
invalid, or that was there before the connector, is missing where auditors look.

## Fails

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {settings: {topics.regex: "eu.payments.*"}}
```

## Passes

```yaml
streams/payments-audit.yaml:
  sinks:
    0:
      settings:
        topics: eu.payments.audit.v1
        consumer.override.group.id: siem-shipper
        consumer.override.sasl.mechanism: SCRAM-SHA-512
        consumer.override.auto.offset.reset: earliest
        consumer.override.bootstrap.servers: b-1.logs.abc123.c2.kafka.eu-west-1.amazonaws.com:9096
```

## Fix

Remove the setting. Declare a stream of its own for another topic, and `dead_letter` for what can't be delivered.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import PlannedSink
from levee_policies.connector_reach import detour, drops
from levee_policies.facts import Facts
from levee_policies.rule import OF_CONNECTORS, Rule, Severity, Surface, Violation
from levee_policies.subjects import sinks


def check(each: PlannedSink, facts: Facts) -> Iterator[Violation]:
    """Judge where one sink reads from and what it leaves out."""
    regulated = facts.class_of_stream(each.stream).regulated
    for name, value in each.sink.settings.items():
        problem = detour(name, value, each, facts) or drops(name, value, each.sink, regulated=regulated)
        if problem is not None:
            yield Violation(
                current=f"the setting {name} {problem}",
                expected="its own stream, read whole, from the stack's brokers, as its service",
                fix=f"remove {name}",
                at=("settings", name),
            )


RULE = Rule(
    id="RLS-CON-004",
    title="A connector reads its stream as its service, and nothing else",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_CONNECTORS,
    authorities=("NIST AC-4", "NIST AC-6", "NIST AU-9", "DORA Art. 28"),
    subjects=sinks,
    check=check,
    page=__doc__,
)
