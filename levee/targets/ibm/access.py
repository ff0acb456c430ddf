"""IAM access policies that a service's grants come to on Event Streams.

Sources: https://cloud.ibm.com/docs/EventStreams?topic=EventStreams-security (which role an action needs on which type
of resource; whoever asks anything of Kafka needs Reader on the cluster besides), and
https://cloud.ibm.com/docs/account?topic=account-wildcard (`stringMatch`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from levee.model.name import NamePattern, PatternType
from levee.model.role import Role
from levee.plan.planned import PlannedGrant


class ResourceKind(StrEnum):
    """What a policy of service `messagehub` can be about (`resourceType`)."""

    CLUSTER = "cluster"
    TOPIC = "topic"
    GROUP = "group"
    TRANSACTIONAL_ID = "txnid"


class ServiceRole(StrEnum):
    """IBM's roles on an instance's data."""

    READER = "Reader"
    WRITER = "Writer"
    MANAGER = "Manager"


ON_TOPICS: Final = {Role.READER: ServiceRole.READER, Role.WRITER: ServiceRole.WRITER, Role.MANAGER: ServiceRole.MANAGER}
"""The role on topics that a role of levee's comes to."""


@dataclass(frozen=True, slots=True, order=True)
class AccessPolicy:
    """One policy: a role on one resource of an instance, on all whose names begin so, or (`name` empty) on all."""

    kind: ResourceKind
    name: str
    is_prefix: bool
    role: ServiceRole

    @property
    def resource(self) -> str:
        """The attribute `resource`."""
        return f"{self.name}*" if self.is_prefix else self.name

    @property
    def operator(self) -> str:
        """How the attribute `resource` is compared."""
        return "stringMatch" if self.is_prefix else "stringEquals"

    def __str__(self) -> str:
        return f"{self.role} on {self.kind}{f' {self.resource}' if self.name else ''}"


CONNECTS: Final = AccessPolicy(ResourceKind.CLUSTER, name="", is_prefix=False, role=ServiceRole.READER)
"""What every client needs beside its rights on anything else."""


def access_policies(grants: Iterable[PlannedGrant]) -> tuple[AccessPolicy, ...]:
    """The policies of a service, each once, in order; none without a grant.

    A Manager of topics has no group and no transactional id of its own; a transactional writer's own group is declared
    as any other.
    """
    found = {policy for grant in grants for policy in _of(grant)}
    return tuple(sorted({CONNECTS, *found})) if found else ()


def _of(grant: PlannedGrant) -> Iterator[AccessPolicy]:
    yield from _on(ResourceKind.TOPIC, grant.topics, ON_TOPICS[grant.role])
    yield from _on(ResourceKind.GROUP, grant.groups, ServiceRole.READER)
    yield from _on(ResourceKind.TRANSACTIONAL_ID, grant.transactional_ids, ServiceRole.WRITER)


def _on(kind: ResourceKind, patterns: Iterable[NamePattern], role: ServiceRole) -> Iterator[AccessPolicy]:
    for pattern in patterns:
        yield AccessPolicy(kind, pattern.name, pattern.type is PatternType.PREFIXED, role)
