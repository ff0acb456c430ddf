"""Every credential has an owner and is renewed in time.

## What

A service's `rotate_every` is written, and is at most the least `rotation_ceiling` of the classes whose streams it
reaches; where none of them names one, a year. The service has an owner.

## Why

A credential that nobody renews is valid for everybody who ever saw it. One that nobody owns is never revoked.

## Fails

```yaml
stack.yaml:
  services:
    payments-api:
      rotate_every: 91d
```

## Passes

```yaml
stack.yaml:
  services:
    payments-dashboard:
      rotate_every: 365d
```

## Fix

Write `rotate_every` and `owner` under `services` in stack.yaml, and raise `generation` when it is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.model.duration import Duration
from levee.plan.observed import Login
from policies.facts import Facts
from policies.population import logins
from policies.rule import Rule, Severity, Surface, Violation

LONGEST: Final = Duration.days(365)


def check(login: Login, facts: Facts) -> Iterator[Violation]:
    """Judge one credential."""
    if not login.owner:
        yield _violation("nobody owns it", "an owner", "owner")
    ceiling = _ceiling(login, facts)
    if login.rotate_every is None:
        yield _violation("nothing says how often it is renewed", f"every {ceiling} or sooner", "rotate_every")
    elif login.rotate_every > ceiling:
        yield _violation(f"it is renewed every {login.rotate_every}", f"every {ceiling} or sooner", "rotate_every")


def _ceiling(login: Login, facts: Facts) -> Duration:
    """The least ceiling among the classes of the streams that the login's service reaches."""
    credential = facts.credentials.get(login.service or "")
    ceilings = {
        facts.class_of(topic).rotation_ceiling
        for grant in (credential.grants if credential else ())
        for pattern in grant.topics
        for topic in facts.covered(pattern.name, pattern.type.value)
    }
    return min((each for each in ceilings if each is not None), default=LONGEST)


def _violation(current: str, expected: str, key: str) -> Violation:
    fix = f"write `{key}` of the service under `services` in stack.yaml"
    return Violation(current=current, expected=expected, fix=fix, at=(key,))


RULE = Rule(
    id="RLS-IDN-010",
    title="Every credential has an owner and is renewed in time",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=(
        "NIST IA-5",
        "PCI 8.6.3",
        "DORA Art. 9",
    ),
    subjects=logins,
    check=check,
    page=__doc__,
)
