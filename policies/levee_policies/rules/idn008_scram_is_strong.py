"""Credentials are SCRAM-SHA-512 with 8192 iterations or more.

## What

A SCRAM user's mechanism is SCRAM-SHA-512, its iterations 8192 or more.

Stack files can't say otherwise: levee's own credentials are made so.

## Why

What the cluster keeps of a password is a salted hash; iterations are what guessing it costs. The provider's default,
4096, is the least that Kafka accepts (RFC 7677 of 2015).

## Fails

```yaml
resources:
  - type: kafka:index/userScramCredential:UserScramCredential
    name: legacy
    inputs:
      username: legacy
      scramMechanism: SCRAM-SHA-512
      scramIterations: 4096
      passwordWoVersion: 1
expect: [RLS-IDN-008, RLS-IDN-010]
```

## Passes

```yaml
resources:
  - type: kafka:index/userScramCredential:UserScramCredential
    name: legacy
    inputs:
      username: legacy
      scramMechanism: SCRAM-SHA-512
      scramIterations: 8192
      passwordWoVersion: 1
expect: [RLS-IDN-010]
```

## Fix

Let levee make the credential: name the service in a stream's file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.observed import Login
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import logins

MECHANISM: Final = "SCRAM-SHA-512"
LEAST: Final = 8192


def check(login: Login, _: Facts) -> Iterator[Violation]:
    """Judge one SCRAM user."""
    if login.mechanism.upper() != MECHANISM:
        yield _violation(f"mechanism {login.mechanism}", MECHANISM)
    if login.iterations < LEAST:
        yield _violation(f"{login.iterations} iterations", f"{LEAST} or more")


def _violation(current: str, expected: str) -> Violation:
    fix = "let levee make the credential: name the service in a stream's file"
    return Violation(current=current, expected=expected, fix=fix)


RULE = Rule(
    id="RLS-IDN-008",
    title="Credentials are SCRAM-SHA-512 with 8192 iterations or more",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("NIST IA-5", "Kafka SCRAM", "GDPR Art. 32"),
    subjects=logins,
    check=check,
    page=__doc__,
)
