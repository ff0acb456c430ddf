"""Connections to the brokers are encrypted.

## What

A provider that reaches brokers has `tlsEnabled`, which is its default.

Stack files can't say otherwise: `SASL_SSL` is the only protocol they know.

## Why

Without TLS the administrator's credentials and every record cross the network in clear.

## Fails

```yaml
resources:
  - name: kafka
    set: {tlsEnabled: false}
```

## Passes

```yaml
resources:
  - name: kafka
    set: {tlsEnabled: "true"}
```

## Fix

Remove `tlsEnabled: false`.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import Connection
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import connections


def check(connection: Connection, _: Facts) -> Iterator[Violation]:
    """Judge one connection."""
    if not connection.tls:
        yield Violation(current="TLS is off", expected="TLS", fix="remove `tlsEnabled: false` from the provider")


RULE = Rule(
    id="RLS-ENC-001",
    title="Connections to the brokers are encrypted",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("NIST SC-8", "NIST SC-8(1)", "PCI 4.2.1", "AWS CT.MSK", "GDPR Art. 32"),
    subjects=connections,
    check=check,
    page=__doc__,
    waivable=False,
)
