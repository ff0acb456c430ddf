"""Secrets for Amazon MSK have the name that it takes.

## What

Where passwords are kept in AWS Secrets Manager, `secrets.prefix` begins with `AmazonMSK_`. That they are encrypted with
a key of one's own, which MSK demands too, no stack file is read without.

## Why

MSK reads no secret of another name: users made so can't sign in.

## Fails

```yaml
stack.yaml:
  target: aws
  secrets:
    store: aws-secrets-manager
    prefix: levee_
    encrypted_by: arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
```

## Passes

```yaml
stack.yaml:
  target: aws
  secrets:
    store: aws-secrets-manager
    prefix: AmazonMSK_prod_
    encrypted_by: arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
```

## Fix

Write `prefix: AmazonMSK_…` under `secrets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.planned import Plan
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import stack

PREFIX: Final = "AmazonMSK_"


def check(plan: Plan, _: Facts) -> Iterator[Violation]:
    """Judge where passwords are kept."""
    secrets = plan.secrets
    if not secrets.in_aws:
        return
    if secrets.prefix is None or not secrets.prefix.startswith(PREFIX):
        current = f"secrets are named {secrets.prefix or '(no prefix)'}"
        expected = f"a name with {PREFIX}"
        yield Violation(current=current, expected=expected, fix="write `secrets.prefix`", at=("secrets", "prefix"))


RULE = Rule(
    id="RLS-ENC-007",
    title="Secrets for Amazon MSK have the name that it takes",
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
