"""What else a stack names lies in its jurisdiction.

## What

Who hears of alarms, the cluster, the endpoint of the cloud's API and what broker settings name (a tiered store, a
mirror) lie in the stack's jurisdiction, and in one that each class of the stack's streams allows. A name that is a
cloud's and tells no region is unknown.

## Why

An alarm's text names streams and services, an API's endpoint sees every call, and a broker's remote storage holds the
records themselves. None of them is a hop, and each of them leaves the boundary as a hop does.

## Fails

```yaml
stack.yaml:
  cluster:
    settings:
      rsm.config.storage.s3.endpoint.url: https://s3.us-east-1.amazonaws.com
```

## Passes

```yaml
stack.yaml:
  cluster:
    settings:
      rsm.config.storage.s3.endpoint.url: https://s3.eu-central-1.amazonaws.com
```

## Fix

Name what lies in the jurisdiction.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.places import NamedPlace
from levee_policies.facts import Facts
from levee_policies.residency import astray, unplaced
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import other_places


def check(named: NamedPlace, facts: Facts) -> Iterator[Violation]:
    """Judge where one of them lies."""
    fix = "name one in the jurisdiction"
    yield from astray(facts, named, fix)
    yield from unplaced(named, fix, own_hosts=False)


RULE = Rule(
    id="RLS-RES-010",
    title="What else a stack names lies in its jurisdiction",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST SA-9(5)", "GDPR Art. 44", "DORA Art. 30", "AWS CT.MULTISERVICE.PV.1"),
    subjects=other_places,
    check=check,
    page=__doc__,
)
