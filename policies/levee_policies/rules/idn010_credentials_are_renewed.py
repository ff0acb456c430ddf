"""Every credential has an owner and is renewed in time.

## What

Every credential has an owner. A service that reaches a stream of a regulated class, or of one with a
`rotation_ceiling`, says in `rotate_every` how often it is renewed: at most the least ceiling of the classes it reaches,
a year where none names one. A login that no stack file declares is judged as if it reached a regulated stream.

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
      rotate_every: null
```

## Fix

Write `rotate_every` and `owner` under `services` in stack.yaml, and raise `generation` when it is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.model.duration import Duration
from levee.plan.observed import Login
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import logins

LONGEST: Final = Duration.days(365)


def check(login: Login, facts: Facts) -> Iterator[Violation]:
    """Judge one credential."""
    if not login.owner:
        yield _violation("nobody owns it", "an owner", "owner")
    ceiling = _ceiling(login, facts)
    if ceiling is None:
        return
    if login.rotate_every is None:
        yield _violation("nothing says how often it is renewed", f"every {ceiling} or sooner", "rotate_every")
    elif login.rotate_every > ceiling:
        yield _violation(f"it is renewed every {login.rotate_every}", f"every {ceiling} or sooner", "rotate_every")


def _ceiling(login: Login, facts: Facts) -> Duration | None:
    """How often the classes of what the login reaches want it renewed; None where none asks for it."""
    if login.service is None:
        return LONGEST
    reached = {
        topic.data_class
        for grant in facts.credentials[login.service].grants
        for pattern in grant.topics
        for topic in facts.covered(pattern.name, pattern.type.value)
    }
    classes = [facts.classes[name] for name in reached]
    ceilings = [each.rotation_ceiling for each in classes if each.rotation_ceiling is not None]
    if any(each.regulated for each in classes):
        ceilings.append(LONGEST)
    return min(ceilings, default=None)


def _violation(current: str, expected: str, key: str) -> Violation:
    fix = f"write `{key}` of the service under `services` in stack.yaml"
    return Violation(current=current, expected=expected, fix=fix, at=(key,))


RULE = Rule(
    id="RLS-IDN-010",
    title="Every credential has an owner and is renewed in time",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST IA-5", "PCI 8.6.3", "DORA Art. 9"),
    subjects=logins,
    check=check,
    page=__doc__,
)
