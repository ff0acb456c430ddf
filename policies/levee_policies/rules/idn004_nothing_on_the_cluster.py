"""No service reconfigures the cluster.

## What

What an ACL allows on the cluster is Describe or IdempotentWrite, and nothing else: not Alter, AlterConfigs, Create,
ClusterAction or All.

Stack files can't say it: no role has a permission on the cluster.

## Why

Alter on the cluster writes ACLs: who has it can give itself everything else. ClusterAction speaks as a broker.

## Fails

```yaml
resources:
  - type: kafka:index/acl:Acl
    name: operator-alters
    inputs:
      aclPrincipal: User:operator
      aclHost: 10.0.0.1
      aclOperation: Alter
      aclPermissionType: Allow
      aclResourceName: kafka-cluster
      aclResourceType: Cluster
```

## Passes

```yaml
resources:
  - type: kafka:index/acl:Acl
    name: old-producer
    inputs:
      aclPrincipal: User:old
      aclHost: 10.0.0.1
      aclOperation: IdempotentWrite
      aclPermissionType: Allow
      aclResourceName: kafka-cluster
      aclResourceType: Cluster
```

## Fix

Leave the cluster to its administrator, whose account no stack provisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.observed import Principal
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import principals

HARMLESS: Final = frozenset({"describe", "idempotentwrite"})


def check(principal: Principal, _: Facts) -> Iterator[Violation]:
    """Judge what one principal may do to the cluster."""
    for access in principal.access:
        if access.resource_type == "cluster" and access.allows and access.operation not in HARMLESS:
            yield Violation(
                current=f"{access.operation} on the cluster",
                expected="describe and idempotentwrite only",
                fix="leave the cluster to its administrator",
                origin=access.origin,
            )


RULE = Rule(
    id="RLS-IDN-004",
    title="No service reconfigures the cluster",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.RESOURCE}),
    authorities=("NIST AC-6(10)", "NIST AC-6", "AWS MSK actions", "PCI 7.2.5"),
    subjects=principals,
    check=check,
    page=__doc__,
    waivable=False,
)
