"""Hops are in the stack's account, and none but readers and standbys in a trusted one.

## What

The `account` of a sink or an archive is the stack's own, and so is one that a connector's setting names. The `account`
of a consumer or a link is the stack's own or one of `trusted_accounts`, which may reach what the stack holds. A hop
that names no account is in the stack's. Registered, it is the account of the store that a service's password is kept
in. Sources are RLS-ACC-001, names RLS-ACC-002, peers RLS-ACC-006.

## Why

What is delivered to another account is that account's to read, to share and to delete. What reads from another account
takes the records there.

## Fails

```yaml
streams/payments-audit.yaml:
  consumers:
    1: {account: "999999999999"}
```

## Passes

```yaml
streams/payments-audit.yaml:
  consumers:
    1: {account: "210987654321"}
```

## Fix

Use what is in the stack's own account; list a reader's account in `trusted_accounts`, with its owner's approval.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.places import Form, NamedPlace, PlaceKind
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import account_places

MAY_BE_TRUSTED: Final = frozenset({PlaceKind.CONSUMER, PlaceKind.LINK})


def check(named: NamedPlace, facts: Facts) -> Iterator[Violation]:
    """Judge one account."""
    own = facts.plan.boundary.account
    trusted = facts.plan.trusted_accounts if named.kind in MAY_BE_TRUSTED else ()
    if named.form is Form.ACCOUNT and named.text not in (own, *trusted):
        yield Violation(
            current=f"the {named.what} of {named.subject} is {named.text}",
            expected=f"the stack's account {own}" + (" or a trusted one" if named.kind in MAY_BE_TRUSTED else ""),
            fix="use the stack's own, or declare the stream in the account that owns it",
        )


RULE = Rule(
    id="RLS-ACC-008",
    title="Hops are in the stack's account, and none but readers and standbys in a trusted one",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST AC-4", "AWS Data perimeter", "IBM Streaming", "NIST SA-9(5)"),
    subjects=account_places,
    check=check,
    page=__doc__,
    waivable=False,
)
