"""One allowed operation of a principal, as Kafka's authorizer holds it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from levee.model.name import NamePattern


class ResourceType(StrEnum):
    """What an ACL is about (org.apache.kafka.common.resource.ResourceType)."""

    TOPIC = "topic"
    GROUP = "group"
    CLUSTER = "cluster"
    TRANSACTIONAL_ID = "transactionalId"


class AclOperation(StrEnum):
    """What an ACL allows (org.apache.kafka.common.acl.AclOperation). `All` is left out on purpose."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DELETE = "Delete"
    ALTER = "Alter"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"
    ALTER_CONFIGS = "AlterConfigs"


@dataclass(frozen=True, slots=True, order=True)
class Acl:
    """An ALLOW for the principals of one service, from any host. levee needs no DENY: the broker's default is one."""

    resource_type: ResourceType
    pattern: NamePattern
    operation: AclOperation
