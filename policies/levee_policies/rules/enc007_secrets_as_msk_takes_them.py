"""Secrets for Amazon MSK have the name that it takes.

## What

Where passwords are kept in AWS Secrets Manager, `secrets.prefix` begins with `AmazonMSK_`, and a key of one's own
encrypts them; no stack file is read without one. Every registered secret is so named and so encrypted.

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

from levee.model.cluster import SecretStoreSpec
from levee_policies.facts import Facts
from levee_policies.keys import problem_of
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import password_stores

PREFIX: Final = "AmazonMSK_"


def check(secrets: SecretStoreSpec, _: Facts) -> Iterator[Violation]:
    """Judge where passwords are kept."""
    if not secrets.in_aws:
        return
    if secrets.prefix is None or not secrets.prefix.startswith(PREFIX):
        current = f"secrets are named {secrets.prefix or '(no prefix)'}"
        expected = f"a name with {PREFIX}"
        yield Violation(current=current, expected=expected, fix="write `secrets.prefix`", at=("secrets", "prefix"))
    problem = problem_of(secrets.key)
    if problem is not None:
        yield Violation(
            current=f"secrets are encrypted with {problem}",
            expected="a key of one's own",
            fix="write `secrets.encrypted_by`",
            at=("secrets", "encrypted_by"),
        )


RULE = Rule(
    id="RLS-ENC-007",
    title="Secrets for Amazon MSK have the name that it takes",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("AWS MSK SCRAM", "NIST SC-12", "NIST SC-28(1)"),
    subjects=password_stores,
    check=check,
    page=__doc__,
)
