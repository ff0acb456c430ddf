"""Archives lie in the stack's jurisdiction.

## What

The archive of a stream is in a region of the stack's jurisdiction, and of one that the stream's class allows; where it
names none, it is in the stack's. Judged is its `region`, and what the bucket's name tells; an access point, an ARN or a
URL that tells no region is unknown without `region`.

A registered archive is judged by its bucket's name, and so are its replicas.

## Why

The archive outlives the stream by years. It is the copy that is still there when the question is asked.

## Fails

```yaml
streams/payments-audit.yaml:
  archive:
    region: us-west-2
```

## Passes

```yaml
streams/payments-audit.yaml:
  archive:
    region: eu-south-1
```

## Fix

Use a bucket in the jurisdiction.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.places import NamedPlace
from levee_policies.facts import Facts
from levee_policies.residency import astray, unplaced
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import archive_places


def check(named: NamedPlace, facts: Facts) -> Iterator[Violation]:
    """Judge where one archive is."""
    yield from astray(facts, named, "use a bucket in the jurisdiction")
    yield from unplaced(named, "write the archive's `region`", own_hosts=False)


RULE = Rule(
    id="RLS-RES-008",
    title="Archives lie in the stack's jurisdiction",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("DORA Art. 12", "GDPR Art. 44", "IBM Buckets", "NIST SA-9(5)"),
    subjects=archive_places,
    check=check,
    page=__doc__,
)
