"""Archives lie in the stack's jurisdiction.

## What

The archive of a stream is in a region of the stack's jurisdiction; where it names none, it is in the stack's.

Archives are not registered resources yet: only files show them.

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

from levee.plan.planned import PlannedArchive
from policies.facts import Facts
from policies.population import archives
from policies.residency import astray
from policies.rule import Rule, Severity, Surface, Violation


def check(planned: PlannedArchive, facts: Facts) -> Iterator[Violation]:
    """Judge where one archive is."""
    region = planned.archive.place.region
    if region is None:
        return
    fix = "use a bucket in the jurisdiction"
    violation = astray(facts, f"bucket {planned.archive.bucket}", region, fix)
    if violation is not None:
        yield violation


RULE = Rule(
    id="RLS-RES-008",
    title="Archives lie in the stack's jurisdiction",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    authorities=(
        "DORA Art. 12",
        "GDPR Art. 44",
        "IBM Buckets",
        "NIST SA-9(5)",
    ),
    subjects=archives,
    check=check,
    page=__doc__,
)
