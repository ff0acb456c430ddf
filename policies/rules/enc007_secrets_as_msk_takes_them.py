"""Secrets for Amazon MSK have the name and the key that it takes.

## What

Where passwords are kept in AWS Secrets Manager, `secrets.prefix` begins with `AmazonMSK_` and `secrets.encrypted_by`
names a key.

## Why

MSK reads no secret of another name, and none that the account's default key encrypts: users made so can't sign in.

## Fails

```yaml
stack.yaml:
  secrets:
    store: aws-secrets-manager
    prefix: levee_
    encrypted_by: arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
```

## Passes

```yaml
stack.yaml:
  secrets:
    store: aws-secrets-manager
    prefix: AmazonMSK_prod_
    encrypted_by: arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
```

## Fix

Write `prefix: AmazonMSK_…` and the key under `secrets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.planned import Plan
from policies.facts import Facts
from policies.population import stack
from policies.rule import Rule, Severity, Surface, Violation

PREFIX: Final = "AmazonMSK_"


def check(plan: Plan, _: Facts) -> Iterator[Violation]:
    """Judge where passwords are kept."""
    secrets = plan.secrets
    if not secrets.in_aws:
        return
    if secrets.prefix is None or not secrets.prefix.startswith(PREFIX):
        yield _violation(f"secrets are named {secrets.prefix or '(no prefix)'}", f"a name with {PREFIX}", "prefix")
    if secrets.key is None:
        yield _violation("secrets have the account's default key", "a key of one's own", "encrypted_by")


def _violation(current: str, expected: str, key: str) -> Violation:
    return Violation(current=current, expected=expected, fix=f"write `secrets.{key}`", at=("secrets", key))


RULE = Rule(
    id="RLS-ENC-007",
    title="Secrets for Amazon MSK have the name and the key that it takes",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES}),
    authorities=(
        "AWS MSK SCRAM",
        "NIST SC-12",
        "NIST SC-28(1)",
    ),
    subjects=stack,
    check=check,
    page=__doc__,
)
