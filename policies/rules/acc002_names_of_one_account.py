"""Every cloud resource that is named belongs to the stack's account.

## What

The account in every ARN and CRN of the stack's files is the stack's own: keys, roles, callers, destinations. A name
that carries no account says nothing, and is unknown; a bucket's ARN, which never carries one, is left to the rules on
archives and destinations.

Only files name them so far: levee registers no cloud resources yet.

## Why

A digit too many sends an audit trail to a stranger. Keys and roles of another account are another account's to revoke.

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

from levee.model.cloud_name import CloudName
from policies.facts import Facts
from policies.population import Named, cloud_names
from policies.rule import Rule, Severity, Surface, Violation


def check(named: Named, facts: Facts) -> Iterator[Violation]:
    """Judge one ARN or CRN."""
    name, own = CloudName.parse(named.text), facts.plan.boundary.account
    if name.service == "s3" or name.account == own:
        return
    yield Violation(
        current=f"the {named.what} names account {name.account or '(none)'}",
        expected=f"the stack's account {own}",
        fix="use the stack's own resource, or declare the stream in the account that owns it",
        unknown=not name.account,
    )


RULE = Rule(
    id="RLS-ACC-002",
    title="Every cloud resource that is named belongs to the stack's account",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.FILES}),
    authorities=(
        "NIST AC-4",
        "AWS Data perimeter",
        "IBM Streaming",
    ),
    subjects=cloud_names,
    check=check,
    page=__doc__,
    waivable=False,
)
