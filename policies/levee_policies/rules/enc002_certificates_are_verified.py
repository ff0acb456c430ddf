"""Brokers prove who they are.

## What

A provider that reaches brokers verifies their certificates: `skipTlsVerify` is not set.

Stack files can't say otherwise: they have no such key.

## Why

TLS without verification encrypts to anyone who answers. The provider's own page calls it for insecure development only.

## Fails

```yaml
resources:
  - name: kafka
    set: {skipTlsVerify: true}
```

## Passes

```yaml
resources:
  - name: kafka
    set: {skipTlsVerify: false}
```

## Fix

Remove `skipTlsVerify`, and give the provider the brokers' authority as `caCert`.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import Connection
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import connections


def check(connection: Connection, _: Facts) -> Iterator[Violation]:
    """Judge one connection."""
    if not connection.verifies:
        yield Violation(
            current="the brokers' certificates are not verified",
            expected="verified certificates",
            fix="remove `skipTlsVerify`, and give the provider the brokers' authority as `caCert`",
        )


RULE = Rule(
    id="RLS-ENC-002",
    title="Brokers prove who they are",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("NIST SC-8(1)", "PCI 4.2.1", "GDPR Art. 32"),
    subjects=connections,
    check=check,
    page=__doc__,
    waivable=False,
)
