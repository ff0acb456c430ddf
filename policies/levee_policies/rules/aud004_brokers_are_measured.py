"""Brokers measure each topic where a class asks for its topics to be watched.

## What

Where a class that the stack's streams use has `monitors_required`, the cluster's `metrics` are `per-topic-per-broker`
or finer. A stack that doesn't say is unknown.

## Why

A monitor of a stream needs numbers of that stream. Coarser levels add all topics of a broker up: the one that nobody
reads any more disappears among those that are busy. AWS Security Hub asks for the same level (MSK.2).

## Fails

```yaml
stack.yaml:
  cluster:
    metrics: per-broker
```

## Passes

```yaml
stack.yaml:
  cluster:
    metrics: per-topic-per-partition
```

## Fix

Write `metrics: per-topic-per-broker` under `cluster`, and have the brokers measured so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.model.cluster import Metrics
from levee.model.data_class import DataClass
from levee.plan.planned import Plan
from levee_policies.facts import Facts
from levee_policies.rule import OF_BROKERS, Rule, Severity, Surface, Violation
from levee_policies.subjects import data_classes

FINE: Final = frozenset({Metrics.TOPIC, Metrics.PARTITION})


def check(data_class: DataClass, facts: Facts) -> Iterator[Violation]:
    """Judge the cluster's metrics by what one class asks."""
    plan, metrics = facts.plan, facts.plan.cluster.metrics
    if not data_class.monitors_required:
        return
    if metrics is None:
        yield _violation("nothing says how finely the brokers measure", data_class, plan, unknown=True)
    elif metrics not in FINE:
        yield _violation(f"the brokers measure {metrics}", data_class, plan)


def _violation(current: str, data_class: DataClass, plan: Plan, *, unknown: bool = False) -> Violation:
    return Violation(
        current=current,
        expected=f"{Metrics.TOPIC} or finer: class {data_class.name} asks for monitors of its streams",
        fix=f"write `metrics: {Metrics.TOPIC}` under `cluster`",
        origin=plan.origin,
        at=("cluster", "metrics"),
        unknown=unknown,
    )


RULE = Rule(
    id="RLS-AUD-004",
    title="Brokers measure each topic where a class asks for its topics to be watched",
    severity=Severity.LOW,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_BROKERS,
    authorities=("NIST SI-4", "DORA Art. 10"),
    subjects=data_classes,
    check=check,
    page=__doc__,
)
