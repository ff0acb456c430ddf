"""A principal that levee doesn't make, and what it may do on the cluster: an exporter, a balancer, a mirror."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from levee.model.name import NamePattern
from levee.model.origin import Origin

EVERY_HOST: Final = "*"
CLUSTER_NAME: Final = "kafka-cluster"


class OutsiderOperation(StrEnum):
    """What an ACL of such a principal allows (org.apache.kafka.common.acl.AclOperation); never `All`."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DELETE = "Delete"
    ALTER = "Alter"
    DESCRIBE = "Describe"
    CLUSTER_ACTION = "ClusterAction"
    DESCRIBE_CONFIGS = "DescribeConfigs"
    ALTER_CONFIGS = "AlterConfigs"
    IDEMPOTENT_WRITE = "IdempotentWrite"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class OutsiderRight:
    """One ALLOW. `resource_type` is Kafka's word, `pattern` `*` alone is every name, `host` `*` everywhere."""

    resource_type: str
    pattern: NamePattern
    operation: OutsiderOperation
    host: str = EVERY_HOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsider:
    """A principal by its name, without `User:`. It has exactly these rights; `reason` says why it needs them."""

    name: str
    owner: str
    reason: str
    rights: tuple[OutsiderRight, ...]
    origin: Origin
