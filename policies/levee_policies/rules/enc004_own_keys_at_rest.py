"""Data that demands a key of its own is encrypted by one, on disk and in its archive.

## What

Where a class has `customer_key_required`, `cluster.encryption.encrypted_by` names a key, and so does every archive of
its streams. A key that the cloud manages (`alias/aws/…`) is refused when the files are read; a multi-region key
(`mrk-…`), a copy of which decrypts elsewhere, is no key of this place.

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
from levee.model.origin import Origin
from levee_policies.facts import Facts
from levee_policies.keys import MULTI_REGION
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import data_classes


def check(data_class: DataClass, facts: Facts) -> Iterator[Violation]:
    """Judge the keys that hold the data of one class."""
    if not data_class.customer_key_required:
        return
    cluster, origin = facts.plan.cluster, facts.plan.origin.at("cluster")
    yield from _key(f"the cluster, which holds {data_class.name} data,", cluster.encryption.key, origin)
    for planned in facts.plan.archives:
        if facts.class_of_stream(planned.stream) is data_class:
            yield from _key(f"bucket {planned.archive.bucket}", planned.archive.key, planned.archive.origin)


def _key(what: str, key: str | None, origin: Origin) -> Iterator[Violation]:
    if key is None:
        yield _violation(f"{what} names no key", origin)
    elif MULTI_REGION.search(key):
        yield _violation(f"{what} names a multi-region key", origin)


def _violation(current: str, origin: Origin) -> Violation:
    return Violation(
        current=current,
        expected="a key of one's own, of a single region",
        fix="write `encrypted_by` with the key's ARN or CRN",
        origin=origin,
    )


RULE = Rule(
    id="RLS-ENC-004",
    title="Data that demands a key of its own is encrypted by one, on disk and in its archive",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    authorities=(
        "NIST SC-28(1)",
        "NIST SC-12",
        "NIST SA-9(6)",
        "GDPR Art. 32",
    ),
    subjects=data_classes,
    check=check,
    page=__doc__,
)
