"""The brokers make no topic and grant no access by themselves.

## What

`cluster.settings` says `auto.create.topics.enable: false` and `allow.everyone.if.no.acl.found: false`. What stack.yaml
doesn't say is unknown.

## Why

A topic made by a typo has no owner, one replica and seven days. With `allow.everyone.if.no.acl.found`, which Amazon MSK
sets, a topic is everybody's until its first ACL, and again after its last.

## Fails

```yaml
stack.yaml:
  cluster:
    settings:
      allow.everyone.if.no.acl.found: true
```

## Passes

```yaml
stack.yaml:
  cluster:
    settings:
      auto.create.topics.enable: "false"
```

## Fix

Set both on the brokers, then write them under `cluster.settings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.planned import Plan
from levee_policies.broker_settings import said
from levee_policies.facts import Facts
from levee_policies.rule import OF_BROKERS, Rule, Severity, Surface, Violation
from levee_policies.subjects import stack

OFF: Final = ("auto.create.topics.enable", "allow.everyone.if.no.acl.found")


def check(plan: Plan, _: Facts) -> Iterator[Violation]:
    """Judge how the brokers are set."""
    written = list(said(plan))
    for setting in OFF:
        named = [each for each in written if each.setting.name == setting]
        for each in named:
            if each.value.strip().lower() != "false":
                yield _violation(setting, f"{each.written} is {each.value}", each.written)
        if not named:
            yield _violation(setting, f"the stack doesn't say {setting}", setting, unknown=True)


def _violation(setting: str, current: str, written: str, *, unknown: bool = False) -> Violation:
    return Violation(
        current=current,
        expected=f"{setting}: false",
        fix=f"set it on the brokers, then write `{setting}: false` under `cluster.settings`",
        at=("cluster", "settings", written),
        unknown=unknown,
    )


RULE = Rule(
    id="RLS-DUR-005",
    title="The brokers make no topic and grant no access by themselves",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    unregistered=OF_BROKERS,
    authorities=("AWS MSK defaults", "Kafka Broker configs", "NIST CM-7", "NIST AC-3"),
    subjects=stack,
    check=check,
    page=__doc__,
)
