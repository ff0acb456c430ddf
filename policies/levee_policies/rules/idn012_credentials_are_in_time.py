"""No deployed credential is older than its service says.

## What

The password of each deployed generation of a service that says `rotate_every` was made no longer ago than that. The day
is noted when levee makes the password. One without a note is of unknown age until it is renewed. A change that brings a
newer generation renews the credential, and is fine; from then on the generation before is to be revoked in time, too.
A finding is reported and doesn't stop `levee up`: an old password gets no older by another change.

## Why

`rotate_every` is a promise. Only the password's age shows whether it is kept.

## Fails

```yaml
before: {}
made: {payments-api.g1: 2026-10-21}
```

## Passes

```yaml
before: {}
made: {payments-api.g1: 2026-10-22}
```

## Fix

Raise the service's `generation` in stack.yaml. Where the finding is about the generation before, write
`previous: revoked` once its clients have moved.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.credential_age import CredentialAge
from levee_policies.changes import deployed_credentials
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation


def check(age: CredentialAge, facts: Facts) -> Iterator[Violation]:  # noqa: ARG001 - every rule's check takes them
    """Judge one deployed generation of a service."""
    if not age.holds:
        yield Violation(
            current=f"{age.username}: {age.found}",
            expected=f"a password that is at most {age.rotate_every_days} days old",
            fix=age.remedy,
            at=("rotate_every",),
            unknown=age.made is None,
        )


RULE = Rule(
    id="RLS-IDN-012",
    title="No deployed credential is older than its service says",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.CHANGE}),
    authorities=("NIST IA-5", "PCI 8.6.3", "DORA Art. 9"),
    subjects=deployed_credentials,
    check=check,
    page=__doc__,
)
