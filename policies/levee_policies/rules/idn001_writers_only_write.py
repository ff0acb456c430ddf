"""A service that writes manages nothing.

## What

A principal that may write to a topic has none of the operations that reconfigure or remove topics or the cluster:
Create, Delete, Alter, AlterConfigs, All. It may read other streams: an aggregator does.

The catalogue this began with asked for the writer role alone. That would forbid aggregators, which read one stream and
write another; reading and writing the same stream is RLS-IDN-006.

## Why

Who writes evidence and can also delete or shorten it can remove its own traces. IBM grants a streaming service the
Writer role and no other for that reason.

## Fails

```yaml
stack.yaml:
  services:
    payments-api:
      grants:
        - role: manager
          topics: eu.payments.*
```

## Passes

```yaml
stack.yaml:
  services:
    payments-operator:
      grants:
        - role: manager
          topics: eu.payments.*
```

## Fix

Give the manager role to a service of its own, used for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.observed import Principal
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import principals

MANAGING: Final = frozenset({"create", "delete", "alter", "alterconfigs", "all"})


def check(principal: Principal, _: Facts) -> Iterator[Violation]:
    """Judge everything that one principal may do."""
    topic = principal.operations("topic")
    managing = (topic | principal.operations("cluster")) & MANAGING
    if topic & {"write", "all"} and managing:
        yield Violation(
            current=f"it writes, and may {', '.join(sorted(managing))}",
            expected="a service that writes manages nothing",
            fix="give the manager role to a service of its own, used for nothing else",
        )


RULE = Rule(
    id="RLS-IDN-001",
    title="A service that writes manages nothing",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE, Surface.STACK}),
    authorities=("NIST AC-5", "NIST AC-6", "PCI 7.2.5", "IBM S2S", "IBM Streaming"),
    subjects=principals,
    check=check,
    page=__doc__,
    waivable=False,
)
