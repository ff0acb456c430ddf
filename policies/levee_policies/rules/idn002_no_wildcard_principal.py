"""No permission is given to everybody.

## What

No ACL allows anything to a wildcard principal: `User:*`, `*`, or a principal without a name.

Stack files can't say it: a service has a name of lower-case letters, digits and hyphens.

## Why

`User:*` is everybody who gets as far as the broker, an anonymous client included. One such ACL undoes all others, and
no list of credentials shows it.

## Fails

```yaml
resources:
  - type: kafka:index/acl:Acl
    name: everybody-reads
    inputs:
      aclPrincipal: "User:*"
      aclHost: 10.0.0.1
      aclOperation: Describe
      aclPermissionType: Allow
      aclResourceName: another.topic
      aclResourceType: Topic
```

## Passes

```yaml
resources:
  - type: kafka:index/acl:Acl
    name: nobody-writes
    inputs:
      aclPrincipal: "User:*"
      aclHost: 10.0.0.1
      aclOperation: Write
      aclPermissionType: Deny
      aclResourceName: another.topic
      aclResourceType: Topic
```

## Fix

Name the service, and give it a role in a stream's file.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import Principal
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import principals


def check(principal: Principal, _: Facts) -> Iterator[Violation]:
    """Judge one principal."""
    name = principal.name.rpartition(":")[2]
    if name in {"*", ""} and any(access.allows for access in principal.access):
        yield Violation(
            current=f"principal {principal.name} is allowed something",
            expected="a principal with a name",
            fix="name the service, and give it a role in a stream's file",
        )


RULE = Rule(
    id="RLS-IDN-002",
    title="No permission is given to everybody",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("NIST AC-3", "NIST AC-6", "Kafka Authorization", "PCI 7.2.5"),
    subjects=principals,
    check=check,
    page=__doc__,
    waivable=False,
)
