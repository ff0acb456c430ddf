"""A principal has no operation that no role needs.

## What

What an ACL allows on topics, consumer groups and transactional ids is an operation of one of levee's roles
(`levee/catalog/role.py`), or Describe on a group. `All` is none of them, nor is anything on a resource of another type
but the cluster, which RLS-IDN-004 judges.

Stack files can't say it: they name roles, and roles come to these operations.

## Why

`All` on a topic includes Delete and AlterConfigs: a producer that has it can remove what it wrote.

## Fails

```yaml
resources:
  - type: kafka:index/acl:Acl
    name: legacy-group
    inputs:
      aclPrincipal: User:legacy
      aclHost: 10.0.0.1
      aclOperation: All
      aclPermissionType: Allow
      aclResourceName: legacy
      aclResourceType: Group
```

## Passes

```yaml
resources:
  - type: kafka:index/acl:Acl
    name: legacy-group
    inputs:
      aclPrincipal: User:legacy
      aclHost: 10.0.0.1
      aclOperation: Read
      aclPermissionType: Allow
      aclResourceName: legacy
      aclResourceType: Group
```

## Fix

Give the service the roles that it needs: writer, reader or manager.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.catalog.role import KAFKA_ROLES
from levee.plan.observed import Principal
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import principals

OF_ROLES: Final = {
    "topic": frozenset(each.lower() for role in KAFKA_ROLES.values() for each in role.topic),
    "group": frozenset({"read", "describe"}),
    "transactionalid": frozenset(each.lower() for role in KAFKA_ROLES.values() for each in role.transactional_id),
}


def check(principal: Principal, _: Facts) -> Iterator[Violation]:
    """Judge everything that one principal may do, the cluster left out."""
    for access in principal.access:
        if not access.allows or access.resource_type == "cluster":
            continue
        if access.operation not in OF_ROLES.get(access.resource_type, frozenset()):
            yield Violation(
                current=f"{access.operation} on {access.resource_type} {access.name}",
                expected="operations of the roles writer, reader and manager only",
                fix="give the service the role that it needs, in a stream's file or in stack.yaml",
                origin=access.origin,
            )


RULE = Rule(
    id="RLS-IDN-003",
    title="A principal has no operation that no role needs",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("NIST AC-6", "PCI 7.2.5", "AWS MSK actions", "Kafka Authorization"),
    subjects=principals,
    check=check,
    page=__doc__,
)
