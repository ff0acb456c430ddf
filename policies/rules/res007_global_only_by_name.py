"""What lies in no region is listed with its reason.

## What

A hop, or a destination of the brokers' logs, whose region is `global` is named under `global_names` in stack.yaml.

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
from levee.plan.planned import Hop
from policies.facts import Facts
from policies.population import placed
from policies.rule import Rule, Severity, Surface, Violation


def check(hop: Hop, facts: Facts) -> Iterator[Violation]:
    """Judge one hop."""
    if hop.region == GLOBAL and hop.name not in {each.name for each in facts.plan.global_names}:
        yield Violation(
            current=f"{hop.kind.value} {hop.name} is in no region",
            expected="a region, or an entry under `global_names`",
            fix="name its region, or add it to `global_names` in stack.yaml with the reason",
            at=("region",),
        )


RULE = Rule(
    id="RLS-RES-007",
    title="What lies in no region is listed with its reason",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES}),
    authorities=(
        "NIST SA-9(5)",
        "GDPR Art. 44",
        "DORA Art. 30",
    ),
    subjects=placed,
    check=check,
    page=__doc__,
)
