"""Data that demands a key of its own is encrypted by one, on disk and in its archive.

## What

Where a class has `customer_key_required`, `cluster.encryption.encrypted_by` names a key, and so does every archive of
its streams and every data stream that brings their records. A key that the cloud manages (`alias/aws/…`) is none; files
with one aren't read. A multi-region key (`mrk-…`), a copy of which decrypts elsewhere, is no key of this place.

## Why

A key of one's own can be revoked, and its use is on record. A cloud's default key can't be.

## Fails

```yaml
streams/payments-audit.yaml:
  archive:
    encrypted_by: null
```

## Passes

```yaml
streams/payments-events.yaml:
  archive: {bucket: payments-events-archive, retention: 30d, locked: false}
```

## Fix

Write `encrypted_by` with the key's ARN or CRN.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.data_class import DataClass
from levee.plan.observed import Encrypted
from levee_policies.facts import Facts
from levee_policies.keys import problem_of
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import encrypted


def check(holding: tuple[DataClass, Encrypted], _: Facts) -> Iterator[Violation]:
    """Judge the key of one thing that holds data of a class."""
    data_class, held = holding
    problem = problem_of(held.key) if data_class.customer_key_required else None
    if problem is not None:
        yield Violation(
            current=f"{held.what} names {problem}",
            expected="a key of one's own, of a single region",
            fix="write `encrypted_by` with the key's ARN or CRN",
        )


RULE = Rule(
    id="RLS-ENC-004",
    title="Data that demands a key of its own is encrypted by one, on disk and in its archive",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST SC-28(1)", "NIST SC-12", "NIST SA-9(6)", "GDPR Art. 32"),
    subjects=encrypted,
    check=check,
    page=__doc__,
)
