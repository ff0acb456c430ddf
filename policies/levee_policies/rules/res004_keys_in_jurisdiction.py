"""Keys and their copies lie in the stack's jurisdiction.

## What

Every key that encrypts the brokers' disks, the secrets or an archive, and every copy of one in another region, is in a
region of the stack's jurisdiction, and of one that each class allows whose data it encrypts. A multi-region key
(`mrk-…`) is in none: a copy of it can be made in any region.

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

Make a key of a single region in the jurisdiction; delete the copies outside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.places import NamedPlace
from levee_policies.facts import Facts
from levee_policies.keys import MULTI_REGION
from levee_policies.residency import astray
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import key_places


def check(named: NamedPlace, facts: Facts) -> Iterator[Violation]:
    """Judge where one key is."""
    yield from astray(facts, named, "make a key in the jurisdiction, and delete copies outside it")
    if MULTI_REGION.search(named.text):
        yield Violation(
            current=f"the {named.what} of {named.subject} is a multi-region key",
            expected="a key of a single region, of which no copy can be made elsewhere",
            fix="make a key of a single region",
        )


RULE = Rule(
    id="RLS-RES-004",
    title="Keys and their copies lie in the stack's jurisdiction",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST SC-12", "NIST SA-9(6)", "AWS CT.MULTISERVICE.PV.1", "GDPR Art. 44"),
    subjects=key_places,
    check=check,
    page=__doc__,
)
