"""Client quotas of the cluster (KIP-546): read and altered in batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kafka.protocol.admin import AlterClientQuotasRequest, DescribeClientQuotasRequest

from infra.providers.admin.broker_error import error_of, settled
from infra.providers.admin.session import Session
from infra.providers.admin.wire import Wire
from infra.providers.batching import Batch
from infra.providers.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class QuotaEntity:
    """Whom a quota is for."""

    type: str
    """``user``, ``client-id`` or ``ip``."""
    name: str | None
    """``None`` is everyone of the type who has no quota of their own."""


@dataclass(frozen=True)
class QuotaChange:
    """Limits to set, and limits to take away, for one entity."""

    entity: QuotaEntity
    put: Mapping[str, float] = field(default_factory=dict)
    """Limit by key, e.g. ``producer_byte_rate`` in bytes a second."""
    remove: frozenset[str] = frozenset()


class Quotas:
    """Reads and writes quotas. Every method raises FailedError, for want of privilege too."""

    def __init__(self, session: Session, wire: Wire) -> None:
        self._session = session
        self._wire = wire
        self._altered: Batch[QuotaChange, None] = Batch(self._alter, key=lambda change: change.entity)
        self._rehearsed: Batch[QuotaChange, None] = Batch(self._rehearse, key=lambda change: change.entity)
        self._live = Snapshot(self._load)

    async def alter(self, change: QuotaChange) -> None:
        """Carry out a change; limits that it does not name stay as they are."""
        await self._altered.submit(change)

    async def rehearse(self, change: QuotaChange) -> None:
        """Let the cluster judge a change without carrying it out."""
        await self._rehearsed.submit(change)

    async def live(self) -> Mapping[QuotaEntity, Mapping[str, float]]:
        """Return all limits of single entities, possibly read a moment ago for somebody else."""
        return await self._live.get()

    async def live_now(self) -> Mapping[QuotaEntity, Mapping[str, float]]:
        """Return all limits of single entities, read after this call."""
        return await self._live.fresh()

    async def _alter(self, changes: Sequence[QuotaChange]) -> list[Any]:
        await self._session.require("DESCRIBE_CONFIGS", "ALTER_CONFIGS")
        self._live.forget()
        try:
            return await settled(changes, lambda some: self._send(some, validate_only=False))
        finally:
            self._live.forget()

    async def _rehearse(self, changes: Sequence[QuotaChange]) -> list[Any]:
        await self._session.require("DESCRIBE_CONFIGS", "ALTER_CONFIGS")
        return await settled(changes, lambda some: self._send(some, validate_only=True))

    async def _send(self, changes: Sequence[QuotaChange], *, validate_only: bool) -> list[Any]:
        request = AlterClientQuotasRequest(entries=[_entry(change) for change in changes], validate_only=validate_only)
        response = await self._wire.send(request)
        errors = {_entity(entry.entity): error_of(entry.error_code, entry.error_message) for entry in response.entries}
        return [errors[change.entity] for change in changes]

    async def _load(self) -> Mapping[QuotaEntity, Mapping[str, float]]:
        await self._session.require("DESCRIBE_CONFIGS")
        response = await self._wire.send(DescribeClientQuotasRequest(components=[], strict=False))
        if error := error_of(response.error_code, response.error_message):
            raise error
        return {
            _entity(entry.entity): {value.key: value.value for value in entry.values}
            for entry in response.entries or ()
            if len(entry.entity) == 1
        }


def _entry(change: QuotaChange) -> tuple[Any, ...]:
    # (entity components, operations); an operation is (key, value, remove).
    puts = [(key, float(value), False) for key, value in sorted(change.put.items())]
    removes = [(key, 0.0, True) for key in sorted(change.remove)]
    return [(change.entity.type, change.entity.name)], puts + removes


def _entity(components: Sequence[Any]) -> QuotaEntity:
    return QuotaEntity(components[0].entity_type, components[0].entity_name)
