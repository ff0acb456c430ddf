"""The brokers' addresses are of the stack's region.

## What

Where the address of a broker names its region, as those of Amazon MSK, IBM Event Streams and Confluent Cloud do, it is
the stack's region. On IBM, and on Amazon MSK (`aws.cluster_arn`), every address must name one. On any other Kafka
an address that names none is left to preflight, which asks the brokers' racks.

## Why

A copied `bootstrap` line takes a stack to the cluster of another region, where everything else would still work.

## Fails

```yaml
stack.yaml:
  cluster:
    bootstrap: ["b-1.logs.abc123.c2.kafka.us-east-1.amazonaws.com:9096"]
```

## Passes

```yaml
stack.yaml:
  cluster:
    bootstrap: ["broker-0-x.kafka.svc01.eu-west-1.eventstreams.cloud.ibm.com:9093"]
```

## Fix

Correct `cluster.bootstrap`, or declare the region in which the cluster really is.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.catalog.clouds.resolve import clouds
from levee.plan.observed import Connection
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import connections


def check(connection: Connection, facts: Facts) -> Iterator[Violation]:
    """Judge the addresses of one connection."""
    region, names_tell = facts.plan.boundary.region, facts.plan.block.runs_brokers
    for index, address in enumerate(connection.bootstrap):
        named = next(filter(None, (location.region for location in clouds(address))), None)
        if named == region or (named is None and not names_tell):
            continue
        yield Violation(
            current=f"{address} is in {named}" if named else f"{address} names no region",
            expected=f"an address in {region}",
            fix="correct `cluster.bootstrap`, or declare the region in which the cluster really is",
            at=("bootstrap", index),
            unknown=named is None,
        )


RULE = Rule(
    id="RLS-RES-006",
    title="The brokers' addresses are of the stack's region",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST AC-4", "AWS CT.MULTISERVICE.PV.1", "IBM Streaming"),
    subjects=connections,
    check=check,
    page=__doc__,
)
