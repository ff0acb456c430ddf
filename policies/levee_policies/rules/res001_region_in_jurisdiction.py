"""A stream's region lies where its data may be.

## What

The stack's region lies in the jurisdiction that the stack declares, and in one of those that the stream's data class
allows. Jurisdictions are `eu`, `eea`, `uk` or a country's code; `levee/catalog/region.py` tells which regions lie in
which, and `stacks/sites.yaml` in which country a place of the project's own stands. A region that neither knows is
unknown, and unknown is not inside.

## Why

The records are stored on the brokers' disks. Where those stand decides whose courts reach them, and whether keeping
them there is a transfer under GDPR chapter V. A region's name proves nothing: eu-west-2 is London.

## Fails

```yaml
classes.yaml:
  classes:
    audit:
      jurisdictions: [us, de]
```

## Passes

```yaml
classes.yaml:
  classes:
    audit:
      jurisdictions: [eea]
```

## Fix

Move the stream to a stack in the right region, or correct the stack's jurisdiction. The class's jurisdictions are not
the place to make it fit.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.residency import UNHEARD_OF
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import topics


def check(topic: PlannedTopic, facts: Facts) -> Iterator[Violation]:
    """Judge where one topic is stored."""
    boundary, data_class = facts.plan.boundary, facts.class_of(topic)
    inside = facts.jurisdictions_of(boundary.region)
    if not inside:
        yield Violation(
            current=f"region {boundary.region}, which nobody knows",
            expected="a region whose jurisdiction is known",
            fix=UNHEARD_OF,
            unknown=True,
        )
    elif boundary.jurisdiction not in inside:
        yield Violation(
            current=f"region {boundary.region} lies in {_listed(inside)}",
            expected=f"a region in {boundary.jurisdiction}, the stack's jurisdiction",
            fix="use a region in that jurisdiction, or correct `jurisdiction` in stack.yaml",
        )
    elif data_class.jurisdictions and not inside & set(data_class.jurisdictions):
        yield Violation(
            current=f"region {boundary.region} lies in {_listed(inside)}",
            expected=f"a region in {_listed(data_class.jurisdictions)}: class {data_class.name}",
            fix="move the stream to a stack in the right region",
        )


def _listed(jurisdictions: frozenset[str] | tuple[str, ...]) -> str:
    return ", ".join(sorted(jurisdictions))


RULE = Rule(
    id="RLS-RES-001",
    title="A stream's region lies where its data may be",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("GDPR Art. 44", "DORA Art. 30", "NIST SA-9(5)", "AWS CT.MULTISERVICE.PV.1", "IBM Streaming"),
    subjects=topics,
    check=check,
    page=__doc__,
    waivable=False,
)
