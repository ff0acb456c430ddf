"""What is registered of a plan's part is what the plan decided.

## What

Every input of a resource that is a part of the plan has the value that `levee plan` shows: an archive's lock and
retention, a key, a role's trust and policy, an alarm's threshold, the tags. What isn't named counts as its default. One
that the plan protects is registered with `protect: true`. An input that refers to another part is an ARN of that part
in the stack's account and region, and that part's own once it is made; until then it may be unknown.

## Why

Rules on files judge the plan. What a program, an `ignoreChanges` or a hand on the way makes of it is what holds the
records.

## Fails

```yaml
stack.yaml:
  target: aws
  aws: {}
resources:
  - name: payments-audit
    type: levee:aws:ArchiveBucket
    set: {glacierAfterDays: 1}
```

## Passes

```yaml
stack.yaml:
  target: aws
  aws: {}
```

## Fix

Register the plan as it is. To change it, change its files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import decided_parts

if TYPE_CHECKING:
    from levee.plan.part import Part
    from levee.plan.registered import Registered


def check(decided: tuple[Part, Registered], facts: Facts) -> Iterator[Violation]:
    """Judge one resource that is a part of the plan."""
    from levee_policies.as_planned import differing_inputs  # files need it not, and every command waits for its imports

    part, registered = decided
    if part.protect and not registered.protected:
        yield _violation("it may be deleted by any deployment", "`protect: true`")
    for name in differing_inputs(part, registered, facts.made):
        yield _violation(f"its {name} is another than the plan's", f"the {name} that `levee plan` shows")


def _violation(current: str, expected: str) -> Violation:
    return Violation(current=current, expected=expected, fix="register it as the plan has it, or change the files")


RULE = Rule(
    id="RLS-DEL-003",
    title="What is registered of a plan's part is what the plan decided",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.RESOURCE, Surface.STACK}),
    authorities=("NIST CM-3", "NIST AU-9"),
    subjects=decided_parts,
    check=check,
    page=__doc__,
)
