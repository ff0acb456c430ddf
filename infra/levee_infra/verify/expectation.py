"""What each role is for, written down a second time.

The proof's own table, on purpose not made from `levee.catalog.role`: a mistake in what roles compile to must not
also decide what is right. Sources: Kafka 4.3 "Authorization and ACLs" (which operation each request needs, what is
implied), https://kafka.apache.org/documentation/#operations_resources_and_protocols.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from levee.model.role import Role
from levee_infra.verify.probe import Probe

ALLOWED: Final[Mapping[Role, frozenset[Probe]]] = MappingProxyType(
    {
        Role.WRITER: frozenset({Probe.PRODUCE, Probe.DESCRIBE, Probe.TRANSACT}),
        Role.READER: frozenset({Probe.CONSUME, Probe.DESCRIBE, Probe.JOIN, Probe.READ_OFFSETS}),
        Role.MANAGER: frozenset(
            {
                Probe.CREATE,
                Probe.DELETE,
                Probe.ADD_PARTITIONS,
                Probe.CHANGE_SETTINGS,
                Probe.READ_SETTINGS,
                Probe.DESCRIBE,
            }
        ),
    }
)
"""Probes that must be let through, on what a role was given: its streams, its groups, its transactional ids."""

STREAM_OPERATIONS: Final[Mapping[Role, frozenset[str]]] = MappingProxyType(
    {
        Role.WRITER: frozenset({"WRITE", "DESCRIBE"}),
        Role.READER: frozenset({"READ", "DESCRIBE"}),
        Role.MANAGER: frozenset({"CREATE", "DELETE", "ALTER", "ALTER_CONFIGS", "DESCRIBE_CONFIGS", "DESCRIBE"}),
    }
)
"""Operations that a broker must name when a principal asks what it may do to a stream, by Kafka's names."""


def is_allowed(probe: Probe, roles: Iterable[Role]) -> bool:
    """Whether any of the roles lets the probe through."""
    return any(probe in ALLOWED[role] for role in roles)


def stream_operations(roles: Iterable[Role]) -> frozenset[str]:
    """The operations that these roles together have on a stream."""
    return frozenset[str]().union(*(STREAM_OPERATIONS[role] for role in roles))
