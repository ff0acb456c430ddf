"""Data that demands a key of its own is encrypted by one, on disk and in its archive.

## What

Where a class has `customer_key_required`, `cluster.encryption.encrypted_by` names a key, and so does every archive of
its streams.

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
from policies.facts import Facts
from policies.population import data_classes
from policies.rule import Rule, Severity, Surface, Violation


def check(data_class: DataClass, facts: Facts) -> Iterator[Violation]:
    """Judge the keys that hold the data of one class."""
    if not data_class.customer_key_required:
        return
    if facts.plan.cluster.encryption.key is None:
        yield _violation(f"the cluster holds {data_class.name} data and names no key", facts.plan.origin.at("cluster"))
    for planned in facts.plan.archives:
        if planned.archive.key is None and facts.class_of_stream(planned.stream) is data_class:
            yield _violation(f"bucket {planned.archive.bucket} names no key", planned.archive.origin)


def _violation(current: str, origin: Origin) -> Violation:
    return Violation(
        current=current,
        expected="a key of one's own",
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
