"""No replicator copies the cluster out of its jurisdiction.

## What

Every link of the cluster (a replicator, MirrorMaker, a cluster link) leads to a region of the stack's jurisdiction,
and of one that each class of the stack's streams allows: it copies them all. Whose account it leads to is RLS-ACC-008.

## Why

A replicator copies every record, continuously. A region guardrail acts on the call that makes it, and never on what it
copies.

## Fails

```yaml
stack.yaml:
  cluster:
    links:
      0: {region: us-east-1}
```

## Passes

```yaml
stack.yaml:
  cluster:
    links:
      0: {region: eu-north-1}
```

## Fix

Keep the standby in the jurisdiction.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.places import NamedPlace
from levee_policies.facts import Facts
from levee_policies.residency import astray
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import link_places


def check(named: NamedPlace, facts: Facts) -> Iterator[Violation]:
    """Judge where one link leads."""
    yield from astray(facts, named, "keep the standby in the jurisdiction")


RULE = Rule(
    id="RLS-RES-005",
    title="No replicator copies the cluster out of its jurisdiction",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES}),
    unregistered="no target registers links",
    authorities=("DORA Art. 30", "GDPR Art. 44", "NIST SA-9(5)"),
    subjects=link_places,
    check=check,
    page=__doc__,
    waivable=False,
)
