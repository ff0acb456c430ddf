"""No program or file holds a password.

## What

A SCRAM user is registered without the property `password`: by a levee credential, whose password only its provider
knows, or by the write-only `passwordWo`.

Stack files can't say it: a key that looks like a secret is refused, and its value is not repeated.

## Why

A password in a program is in its history, in the engine's state, and in every policy's input. Encrypted state is
decrypted by everybody who may deploy.

## Fails

```yaml
resources:
  - type: kafka:index/userScramCredential:UserScramCredential
    name: legacy
    inputs:
      username: legacy
      scramMechanism: SCRAM-SHA-512
      scramIterations: 8192
      password: not-a-real-one
expect: [RLS-IDN-009, RLS-IDN-010]
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

Let levee make the credential, or use `passwordWo`; then change the password, for it is no secret any more.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import Login
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import logins


def check(login: Login, _: Facts) -> Iterator[Violation]:
    """Judge one SCRAM user. The password itself is not looked at."""
    if login.in_clear:
        yield Violation(
            current="the password is a property of the resource",
            expected="a reference to a secret, or `passwordWo`",
            fix="let levee make the credential, or use `passwordWo`; then change the password",
        )


RULE = Rule(
    id="RLS-IDN-009",
    title="No program or file holds a password",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("NIST IA-5", "PCI 8.6.2", "GDPR Art. 32"),
    subjects=logins,
    check=check,
    page=__doc__,
    waivable=False,
)
