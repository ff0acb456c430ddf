"""The brokers take TLS only, from clients and from each other.

## What

`cluster.encryption.clients` is `tls` and `between_brokers` is true. Where stack.yaml doesn't say, it is unknown.

## Why

A port that also takes plain text is used by the one client that nobody looked at. Replication carries every record once
more, between availability zones.

## Fails

```yaml
stack.yaml:
  cluster:
    encryption:
      clients: tls-or-plaintext
```

## Passes

```yaml
stack.yaml:
  cluster:
    encryption:
      clients: tls
```

## Fix

Switch plain text off on the cluster, then write `clients: tls` and `between_brokers: true`.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.cluster import ClientTraffic
from levee.plan.planned import Plan
from levee_policies.facts import Facts
from levee_policies.rule import OF_BROKERS, Rule, Severity, Surface, Violation
from levee_policies.subjects import stack


def check(plan: Plan, _: Facts) -> Iterator[Violation]:
    """Judge what the brokers take."""
    encryption = plan.cluster.encryption
    if encryption.clients is not ClientTraffic.TLS:
        yield _violation("clients", encryption.clients, "tls")
    if encryption.between_brokers is not True:
        yield _violation("between_brokers", encryption.between_brokers, "true")


def _violation(key: str, value: object, expected: str) -> Violation:
    return Violation(
        current=f"the stack doesn't say {key}" if value is None else f"{key} is {str(value).lower()}",
        expected=f"{key}: {expected}",
        fix=f"switch plain text off on the cluster, then write `cluster.encryption.{key}: {expected}`",
        at=("cluster", "encryption", key),
        unknown=value is None,
    )


RULE = Rule(
    id="RLS-ENC-003",
    title="The brokers take TLS only, from clients and from each other",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_BROKERS,
    authorities=("AWS CT.MSK", "NIST SC-8", "PCI 4.2.1"),
    subjects=stack,
    check=check,
    page=__doc__,
)
