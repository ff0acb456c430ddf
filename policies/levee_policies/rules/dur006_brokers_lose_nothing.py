"""No setting of the brokers loses records.

## What

What `cluster.settings` says of elections, replicas, acknowledgement, retention, offsets and transactions is as safe as
what rules ask of a topic, or as Kafka's default. What is not said is left to the brokers: levee sets on each topic what
counts for it.

## Why

A setting of the brokers counts for every topic that says nothing itself: Kafka's own ones, which keep how far readers
and transactions have come, among them.

## Fails

```yaml
stack.yaml:
  cluster:
    settings:
      unclean.leader.election.enable: true
```

## Passes

```yaml
stack.yaml:
  cluster:
    settings:
      unclean.leader.election.enable: false
      offsets.topic.replication.factor: 3
      log.retention.hours: 168
```

## Fix

Set it on the brokers, then correct `cluster.settings`.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.catalog.broker_setting import LOSS_SETTINGS
from levee.plan.planned import Plan
from levee_policies.broker_settings import harmful, said
from levee_policies.facts import Facts
from levee_policies.rule import OF_BROKERS, Rule, Severity, Surface, Violation
from levee_policies.subjects import stack


def check(plan: Plan, _: Facts) -> Iterator[Violation]:
    """Judge how the brokers are set."""
    for each in said(plan):
        yield from harmful(each, LOSS_SETTINGS)


RULE = Rule(
    id="RLS-DUR-006",
    title="No setting of the brokers loses records",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_BROKERS,
    authorities=("Kafka Broker configs", "NIST CP-9", "NIST AU-11", "DORA Art. 12"),
    subjects=stack,
    check=check,
    page=__doc__,
)
