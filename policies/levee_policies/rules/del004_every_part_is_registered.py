"""Every part of a plan is registered.

## What

What the plan has for its target is among the registered resources: keys, secrets, roles, archives, alarms, data streams
and subscriptions, as `levee plan` lists them.

## Why

An alarm that isn't there never rings, an archive that isn't there keeps nothing, and the files say that both are.

## Fails

```yaml
stack.yaml:
  target: aws
  aws: {}
resources:
  - {name: levee-prod-payments-audit-under-min-isr, type: "levee:aws:Alarm", removed: true}
expect: [RLS-DEL-004, RLS-AUD-003]
```

## Passes

```yaml
stack.yaml:
  target: aws
  aws: {}
```

## Fix

Register the part, or remove from the files what it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import planned_parts

if TYPE_CHECKING:
    from levee.plan.part import Part


def check(part: Part, facts: Facts) -> Iterator[Violation]:
    """Judge whether one part is there."""
    if (part.type, part.name) not in facts.registered_parts:
        yield Violation(
            current=f"no {part.kind} {part.name} is registered",
            expected="everything that the plan lists",
            fix="register it, or remove from the files what it comes from",
        )


RULE = Rule(
    id="RLS-DEL-004",
    title="Every part of a plan is registered",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.STACK}),
    authorities=("NIST CM-3", "NIST CM-8"),
    subjects=planned_parts,
    check=check,
    page=__doc__,
)
