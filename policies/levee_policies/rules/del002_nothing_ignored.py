"""What is declared is deployed as it is: no change is ignored.

## What

No topic, ACL, user or service credential is registered with `ignoreChanges`, and nothing that the stack's target makes
beside them: no archive, key, secret, role, alarm, data stream or subscription.

The catalogue this began with named the properties that may not be ignored. Every property of these resources is one
that rules judge, so the list would only be a place to forget one.

## Why

Rules judge what is declared. With `ignoreChanges` the engine keeps what was there before: the declaration passes every
rule, and the cluster goes on without it.

## Fails

```yaml
resources:
  - {name: payments-audit, ignored: [config]}
```

## Passes

```yaml
resources:
  - {name: payments-audit, ignored: []}
```

## Fix

Remove `ignore_changes`, and declare what the resource shall be. Where the cluster was changed by hand, take the change
into the stream's file or let the deployment undo it.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import Guarded
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import guarded


def check(resource: Guarded, _: Facts) -> Iterator[Violation]:
    """Judge one registered resource."""
    if resource.ignored:
        yield Violation(
            current=f"changes of {', '.join(resource.ignored)} are ignored",
            expected="no ignored changes",
            fix="remove ignore_changes from the resource's options",
        )


RULE = Rule(
    id="RLS-DEL-002",
    title="What is declared is deployed as it is: no change is ignored",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("NIST CM-3",),
    subjects=guarded,
    check=check,
    page=__doc__,
)
