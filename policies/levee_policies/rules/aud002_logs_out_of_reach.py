"""The logs about audit streams are out of reach of those who run the streams.

## What

Where a class that the stack's streams use asks for it (`separate_logs_required`), at least one place that takes the
brokers' logs is in another account than the stack's: by its destination's name or, where that tells none, by its
`account`. That such a place is trusted and in the jurisdiction is
RLS-AUD-001.

## Why

Who may change the cluster may also change what it says about itself. Logs in another account need another
administrator to remove them.

## Fails

```yaml
stack.yaml:
  cluster:
    logs:
      1: {account: "123456789012"}
```

## Passes

```yaml
classes.yaml:
  classes:
    audit: {separate_logs_required: false}
stack.yaml:
  cluster:
    logs:
      1: {account: "123456789012"}
```

## Fix

Send the logs to an account of their own too: `logs: [{…, account: …}]`, and list it in `trusted_accounts`.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.catalog.clouds.resolve import clouds
from levee.model.cluster import LogSink
from levee.model.data_class import DataClass
from levee_policies.facts import Facts
from levee_policies.rule import OF_BROKERS, Rule, Severity, Surface, Violation
from levee_policies.subjects import data_classes


def check(data_class: DataClass, facts: Facts) -> Iterator[Violation]:
    """Judge the logs by what one class asks."""
    plan = facts.plan
    own = {"", plan.boundary.account}
    if data_class.separate_logs_required and not any(_accounts(sink) - own for sink in plan.cluster.logs):
        yield Violation(
            current="the brokers' logs go to no other account",
            expected=f"a place in another account than {plan.boundary.account}: class {data_class.name} asks for it",
            fix="send them to an account of their own too, and list it in `trusted_accounts`",
            origin=plan.origin,
            at=("cluster", "logs"),
        )


def _accounts(sink: LogSink) -> set[str]:
    """The accounts that a place's name tells, or its file."""
    named = {location.account for location in clouds(sink.destination)} - {""}
    return named or {sink.account or ""}


RULE = Rule(
    id="RLS-AUD-002",
    title="The logs about audit streams are out of reach of those who run the streams",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_BROKERS,
    authorities=("NIST AU-9(2)", "NIST AU-4(1)", "PCI 10.3.3"),
    subjects=data_classes,
    check=check,
    page=__doc__,
)
