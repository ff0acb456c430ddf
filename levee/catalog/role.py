"""What manager, writer and reader mean on each platform: the one table every target compiles from.

Sources: Kafka 4.3 "Authorization and ACLs" (operations per API, implied Describe), KIP-679 (idempotent producers need
no cluster permission beyond Write since 3.0), KIP-98 (transactions).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from levee.model.acl import Acl, AclOperation, ResourceType
from levee.model.name import NamePattern
from levee.model.role import Role


@dataclass(frozen=True, slots=True)
class KafkaPermissions:
    """The operations a role has on its topics, its consumer groups and its transactional ids."""

    topic: frozenset[AclOperation]
    group: frozenset[AclOperation] = frozenset()
    transactional_id: frozenset[AclOperation] = frozenset()


KAFKA_ROLES: Final[Mapping[Role, KafkaPermissions]] = MappingProxyType(
    {
        # Describe is implied by Write and Read; it is granted by name so that the broker's list reads complete.
        Role.WRITER: KafkaPermissions(
            topic=frozenset({AclOperation.WRITE, AclOperation.DESCRIBE}),
            transactional_id=frozenset({AclOperation.WRITE, AclOperation.DESCRIBE}),
        ),
        Role.READER: KafkaPermissions(
            topic=frozenset({AclOperation.READ, AclOperation.DESCRIBE}),
            group=frozenset({AclOperation.READ}),
        ),
        Role.MANAGER: KafkaPermissions(
            topic=frozenset(
                {
                    AclOperation.CREATE,
                    AclOperation.DELETE,
                    AclOperation.ALTER,
                    AclOperation.ALTER_CONFIGS,
                    AclOperation.DESCRIBE,
                    AclOperation.DESCRIBE_CONFIGS,
                }
            ),
        ),
    }
)


def kafka_acls(
    role: Role,
    topics: Iterable[NamePattern],
    groups: Iterable[NamePattern] = (),
    transactional_ids: Iterable[NamePattern] = (),
) -> Iterator[Acl]:
    """The exact ACLs of a role on these topics, with the groups and transactional ids that are the service's own."""
    permissions = KAFKA_ROLES[role]
    for resource_type, operations, patterns in (
        (ResourceType.TOPIC, permissions.topic, topics),
        (ResourceType.GROUP, permissions.group, groups),
        (ResourceType.TRANSACTIONAL_ID, permissions.transactional_id, transactional_ids),
    ):
        for pattern in patterns:
            for operation in sorted(operations):
                yield Acl(resource_type, pattern, operation)
