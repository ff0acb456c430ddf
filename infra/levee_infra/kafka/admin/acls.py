"""The cluster's access control list: entries made, removed and read in batches."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final, TypeVar

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from levee_infra.kafka.admin.session import Request, Session
from levee_infra.providers.protocol.batching import Batch
from levee_infra.providers.protocol.lag import until_shown
from levee_infra.providers.protocol.snapshot import Snapshot

T = TypeVar("T")

RESOURCE_TYPES: Final[Mapping[str, Any]] = {
    "Topic": ResourceType.TOPIC,
    "Group": ResourceType.GROUP,
    "Cluster": ResourceType.BROKER,  # librdkafka's name of the same number
    "TransactionalID": ResourceType.TRANSACTIONAL_ID,
}
OPERATIONS: Final[Mapping[str, Any]] = {
    "All": AclOperation.ALL,
    "Read": AclOperation.READ,
    "Write": AclOperation.WRITE,
    "Create": AclOperation.CREATE,
    "Delete": AclOperation.DELETE,
    "Alter": AclOperation.ALTER,
    "Describe": AclOperation.DESCRIBE,
    "ClusterAction": AclOperation.CLUSTER_ACTION,
    "DescribeConfigs": AclOperation.DESCRIBE_CONFIGS,
    "AlterConfigs": AclOperation.ALTER_CONFIGS,
    "IdempotentWrite": AclOperation.IDEMPOTENT_WRITE,
}
PERMISSIONS: Final[Mapping[str, Any]] = {"Allow": AclPermissionType.ALLOW, "Deny": AclPermissionType.DENY}
PATTERNS: Final[Mapping[str, Any]] = {
    "Literal": ResourcePatternType.LITERAL,
    "Prefixed": ResourcePatternType.PREFIXED,
}
"""The words of the published schema, and the client library's."""


@dataclass(frozen=True, slots=True, order=True)
class AclEntry:
    """One entry, in the words of the published schema: ``Topic``, ``Write``, ``Allow``, ``Literal``.

    An entry of a kind that this client cannot name (such as one for delegation tokens) reads as ``UNKNOWN``.
    """

    principal: str
    """With its type, e.g. ``User:orders-writer``."""
    host: str
    operation: str
    permission: str
    resource_type: str
    name: str
    pattern: str = "Literal"

    def __str__(self) -> str:
        """Return the published id: the fields in their order, separated by ``|``."""
        return "|".join(astuple(self))


class Acls:
    """Reads and writes entries. Every method raises FailedError, for want of privilege too."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._created: Batch[AclEntry, None] = Batch(
            functools.partial(self._write, start=_start_create, present=True), key=lambda entry: entry
        )
        self._deleted: Batch[AclEntry, None] = Batch(
            functools.partial(self._write, start=_start_delete, present=False), key=lambda entry: entry
        )
        self._live = Snapshot(self._load)

    async def require_write(self) -> None:
        """Prove that entries may be made and removed, without doing so."""
        await self._session.require("DESCRIBE", "ALTER")

    async def create(self, entry: AclEntry) -> None:
        """Add an entry; one that is there already stays as it is."""
        await self._created.submit(entry)

    async def delete(self, entry: AclEntry) -> None:
        """Remove exactly this entry; one that is not there is fine."""
        await self._deleted.submit(entry)

    async def live(self, entry: AclEntry) -> frozenset[AclEntry]:
        """Return all entries, read when the brokers had caught up if this one isn't among them."""
        return await self._session.lag.confirmed(
            lambda live: entry in live, lambda: self._live.get(entry), self._live.fresh
        )

    async def live_now(self) -> frozenset[AclEntry]:
        """Return all entries, read after this call."""
        return await self._live.fresh()

    async def _write(self, entries: Sequence[AclEntry], *, start: Request[AclEntry], present: bool) -> list[Any]:
        await self.require_write()
        self._wrote()
        try:
            outcomes = await self._session.settle(entries, start)
            done = [
                entry for entry, outcome in zip(entries, outcomes, strict=True) if not isinstance(outcome, Exception)
            ]
            if done:
                # Brokers take writes over in their order: the last one brings the others along.
                await until_shown(f"the entry {done[-1]}", functools.partial(self._is, done[-1], present=present))
        finally:
            self._wrote()
        return outcomes

    async def _is(self, entry: AclEntry, *, present: bool) -> bool:
        only = AclBindingFilter(*_arguments(entry))
        return bool(await self._session.ask(lambda client: client.describe_acls(only))) is present

    def _wrote(self) -> None:
        self._live.forget()
        self._session.lag.wrote()

    async def _load(self) -> frozenset[AclEntry]:
        await self._session.require("DESCRIBE")
        everything = AclBindingFilter(
            ResourceType.ANY,
            None,
            ResourcePatternType.ANY,
            None,
            None,
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        found = await self._session.ask(lambda client: client.describe_acls(everything))
        return frozenset(map(_entry, found))


def _start_create(client: AdminClient, entries: Sequence[AclEntry]) -> list[Any]:
    bindings = [AclBinding(*_arguments(entry)) for entry in entries]
    futures = client.create_acls(bindings)
    return [futures[binding] for binding in bindings]


def _start_delete(client: AdminClient, entries: Sequence[AclEntry]) -> list[Any]:
    filters = [AclBindingFilter(*_arguments(entry)) for entry in entries]
    futures = client.delete_acls(filters)
    return [futures[one] for one in filters]


def _arguments(entry: AclEntry) -> tuple[Any, ...]:
    return (
        RESOURCE_TYPES[entry.resource_type],
        entry.name,
        PATTERNS[entry.pattern],
        entry.principal,
        entry.host,
        OPERATIONS[entry.operation],
        PERMISSIONS[entry.permission],
    )


def _entry(binding: AclBinding) -> AclEntry:
    return AclEntry(
        principal=binding.principal,
        host=binding.host,
        operation=_word(OPERATIONS, binding.operation),
        permission=_word(PERMISSIONS, binding.permission_type),
        resource_type=_word(RESOURCE_TYPES, binding.restype),
        name=binding.name,
        pattern=_word(PATTERNS, binding.resource_pattern_type),
    )


def _word(words: Mapping[str, T], value: T) -> str:
    return next((word for word, known in words.items() if known == value), "UNKNOWN")
