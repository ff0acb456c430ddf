"""Keys and their copies lie in the stack's jurisdiction.

## What

Every key that encrypts the brokers' disks, the secrets or an archive, and every copy of one in another region, is in a
region of the stack's jurisdiction.

## Why

Who holds the key can read the disk. AWS's own region guardrail exempts the key service: a multi-region key can be
copied anywhere with it in place.

## Fails

```yaml
stack.yaml:
  cluster:
    encryption:
      replicas: ["arn:aws:kms:eu-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
```

## Passes

```yaml
stack.yaml:
  cluster:
    encryption:
      replicas: ["arn:aws:kms:eu-west-3:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
```

## Fix

Make a key in the jurisdiction; delete the copies outside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from levee.model.cloud_name import CloudName
from policies.facts import Facts
from policies.population import Named, cloud_keys
from policies.residency import astray
from policies.rule import Rule, Severity, Surface, Violation


def check(named: Named, facts: Facts) -> Iterator[Violation]:
    """Judge where one key is."""
    region = CloudName.parse(named.text).region
    fix = "make a key in the jurisdiction, and delete copies outside it"
    violation = astray(facts, f"the {named.what}", region, fix)
    if violation is not None:
        yield replace(violation, at=())


RULE = Rule(
    id="RLS-RES-004",
    title="Keys and their copies lie in the stack's jurisdiction",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES}),
    authorities=(
        "NIST SC-12",
        "NIST SA-9(6)",
        "AWS CT.MULTISERVICE.PV.1",
        "GDPR Art. 44",
    ),
    subjects=cloud_keys,
    check=check,
    page=__doc__,
)
