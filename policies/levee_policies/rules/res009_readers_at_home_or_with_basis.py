"""A reader outside the jurisdiction has a basis for the transfer.

## What

A consumer in a region outside the stack's jurisdiction, or outside those that the stream's class allows, says in
`transfer_basis` what allows it.

## Why

Reading from a third country is a transfer to it, although nothing is stored there (EDPB guidelines 05/2021).

## Fails

```yaml
streams/payments-audit.yaml:
  consumers:
    1: {region: us-east-1}
```

## Passes

```yaml
streams/payments-audit.yaml:
  consumers:
    1: {region: us-east-1, transfer_basis: "standard contractual clauses of 2026-03-01, module two"}
```

## Fix

Move the reader into the jurisdiction, or write the transfer's basis, which the data protection officer gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from levee.plan.places import consumer_places
from levee.plan.planned import PlannedConsumer
from levee_policies.facts import Facts
from levee_policies.residency import astray
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import consumers


def check(planned: PlannedConsumer, facts: Facts) -> Iterator[Violation]:
    """Judge where one consumer reads."""
    fix = "move the reader into the jurisdiction, or write `transfer_basis`"
    for named in consumer_places(planned.stream, planned.consumer):
        for violation in () if named.on_record else astray(facts, named, fix):
            yield replace(violation, origin=named.origin)


RULE = Rule(
    id="RLS-RES-009",
    title="A reader outside the jurisdiction has a basis for the transfer",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    unregistered="no input of any resource says where a consumer is",
    authorities=("GDPR Art. 44", "DORA Art. 30"),
    subjects=consumers,
    check=check,
    page=__doc__,
)
