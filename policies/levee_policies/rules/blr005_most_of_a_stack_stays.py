"""Most of what is deployed stays in one run.

## What

Of a stack's topics and credentials at most 20 % go in one run, or as many as `--max-removed` says; one alone may go,
unless that says 0. A topic that is replaced goes.

## Why

A wrong folder, a bad merge or a generator that stopped half-way looks like a decision to delete. Each deletion alone
may be in order; so many at once rarely are meant.

## Fails

```yaml
before:
  streams/payments-spare.yaml: &spare
    {topic: eu.payments.spare.v1, owner: payments-team, class: diagnostic, partitions: 1, retention: 7d}
  streams/payments-spare-2.yaml: {<<: *spare, topic: eu.payments.spare.v2}
  streams/payments-spare-3.yaml: {<<: *spare, topic: eu.payments.spare.v3}
```

## Passes

```yaml
before:
  streams/payments-spare.yaml:
    {topic: eu.payments.spare.v1, owner: payments-team, class: diagnostic, partitions: 1, retention: 7d}
```

## Fix

Look at what goes. Where all of it is meant, remove it in more runs than one, or say so: `--max-removed PERCENT`.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.change import ChangeSet
from levee_policies.changes import change
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation

NAMED = 5


def check(changes: ChangeSet, facts: Facts) -> Iterator[Violation]:
    """Judge the change as a whole."""
    removed, before, most = changes.removed, changes.resources_before, facts.context.max_removed
    allowed = max(before * most // 100, 1) if most else 0
    if len(removed) > allowed:
        yield Violation(
            current=f"{len(removed)} of {before} topics and credentials would go: {_listed(removed)}",
            expected=f"{most} % or less in one run",
            fix="remove them in more runs than one; or, where all is meant, name a higher --max-removed",
        )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")


RULE = Rule(
    id="RLS-BLR-005",
    title="Most of what is deployed stays in one run",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.CHANGE}),
    authorities=("NIST CM-3",),
    subjects=change,
    check=check,
    page=__doc__,
)
