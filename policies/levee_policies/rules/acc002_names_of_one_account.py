"""Every cloud resource that is named belongs to the stack's account.

## What

The account in every name of the stack's files is the stack's own: of keys, roles, callers, destinations, buckets,
settings of connectors; in ARNs and CRNs, in the hosts of access points and registries, in queues' URLs. An ARN or a CRN
that carries no account says nothing, and is unknown. A bucket's name never carries one: what its hop declares as
`account` counts, and without it the account is unknown. Where the brokers' logs go is RLS-AUD-001.

The names in the inputs of registered resources are judged alike.

## Why

A digit too many sends an audit trail to another company. Keys and roles of another account
are another account's to revoke.

## Fails

```yaml
streams/payments-audit.yaml:
  archive:
    encrypted_by: arn:aws:kms:eu-west-1:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab
```

## Passes

```yaml
streams/payments-audit.yaml:
  archive:
    encrypted_by: arn:aws:kms:eu-west-1:123456789012:key/0000abcd-12ab-34cd-56ef-1234567890ab
```

## Fix

Use the stack's own resource, or declare the stream in the account that owns it.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.places import Form, NamedPlace, PlaceKind
from levee_policies.facts import Facts
from levee_policies.ownership import accounts_of
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import places


def check(named: NamedPlace, facts: Facts) -> Iterator[Violation]:
    """Judge one name."""
    own = facts.plan.boundary.account
    if named.form is not Form.NAME or named.kind is PlaceKind.LOGS:
        return
    for account in accounts_of(named):
        if account != own:
            yield Violation(
                current=f"the {named.what} of {named.subject} names account {account or '(none)'}",
                expected=f"the stack's account {own}",
                fix="use the stack's own resource, or declare the stream in the account that owns it; "
                "of a bucket, whose name tells no account, write `account`",
                unknown=not account,
            )


RULE = Rule(
    id="RLS-ACC-002",
    title="Every cloud resource that is named belongs to the stack's account",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("NIST AC-4", "AWS Data perimeter", "IBM Streaming"),
    subjects=places,
    check=check,
    page=__doc__,
    waivable=False,
)
