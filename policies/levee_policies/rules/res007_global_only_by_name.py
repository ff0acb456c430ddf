"""What lies in no region is listed with its reason.

## What

Whatever has the region `global`, or a name that is served from anywhere (a multi-region access point, a content
delivery network), is named under `global_names` in stack.yaml: a hop, a link, a destination of the brokers' logs. A
sink is named there by its destination, a source or reader by its service, an archive by its bucket, a link and a
destination of logs by their names.

## Why

Some services have no regions. Each of them is an exception to every other rule on location; an explicit list keeps it
to those that somebody looked at.

## Fails

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {region: global}
```

## Passes

```yaml
streams/payments-audit.yaml:
  sinks:
    0: {region: global}
stack.yaml:
  global_names:
    - name: https://siem.example.com/in
      reason: the provider serves it from Frankfurt and Dublin only
```

## Fix

Name the hop's region, or add it to `global_names` with the reason why that is acceptable.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.catalog.region import GLOBAL
from levee.plan.places import NamedPlace
from levee_policies.facts import Facts
from levee_policies.residency import regions_of
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import places


def check(named: NamedPlace, facts: Facts) -> Iterator[Violation]:
    """Judge one place."""
    if GLOBAL in regions_of(named) and named.hop not in {each.name for each in facts.plan.global_names}:
        yield Violation(
            current=f"the {named.what} of {named.subject} is in no region",
            expected="a region, or an entry under `global_names`",
            fix=f"name its region, or add {named.hop} to `global_names` in stack.yaml with the reason",
        )


RULE = Rule(
    id="RLS-RES-007",
    title="What lies in no region is listed with its reason",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST SA-9(5)", "GDPR Art. 44", "DORA Art. 30"),
    subjects=places,
    check=check,
    page=__doc__,
)
