"""No limit by size removes records of a regulated topic before their time.

## What

A regulated topic has no `retention.bytes`, and where the topic says nothing the cluster has no `log.retention.bytes`.
`-1`, Kafka's default, is no limit.

The catalogue this began with allowed a limit that is large enough. How large that is depends on what is written in the
years to come, which no rule can know; a full disk is what monitors and quotas are for.

## Why

Kafka removes a segment as soon as either limit is passed. A busy week then removes what retention promised to keep, and
anybody who may write can bring the busy week about.

## Fails

```yaml
streams/payments-audit.yaml:
  retention_size: 10GiB
```

## Passes

```yaml
streams/payments-events.yaml:
  retention_size: 10GiB
```

## Fix

Remove `retention_size` from the stream, and `log.retention.bytes` from the cluster's settings.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import regulated_topics


def check(topic: PlannedTopic, facts: Facts) -> Iterator[Violation]:
    """Judge one regulated topic."""
    own = dict(topic.settings).get("retention.bytes")
    limit = facts.plan.cluster.settings.get("log.retention.bytes", "-1") if own is None else own
    if not limit.startswith("-"):
        yield Violation(
            current=f"each partition keeps at most {limit} bytes",
            expected="no limit by size",
            fix="remove `retention_size`, and `log.retention.bytes` from the cluster's settings",
            at=("retention_size",),
        )


RULE = Rule(
    id="RLS-RET-004",
    title="No limit by size removes records of a regulated topic before their time",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST AU-4", "NIST AU-11", "Kafka Topic configs", "Kafka Broker configs"),
    subjects=regulated_topics,
    check=check,
    page=__doc__,
)
