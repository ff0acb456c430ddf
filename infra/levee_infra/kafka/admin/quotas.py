"""Client quotas of the cluster (KIP-546): read and altered in batches."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kafka.protocol.admin import AlterClientQuotasRequest, DescribeClientQuotasRequest

from levee_infra.kafka.admin.broker_error import error_of, settled
from levee_infra.kafka.admin.session import Session
from levee_infra.kafka.admin.wire import Wire
from levee_infra.providers.protocol.batching import Batch
from levee_infra.providers.protocol.lag import until_shown
from levee_infra.providers.protocol.snapshot import Snapshot

_EXACT: Final = 0
_DEFAULT: Final = 1
"""How DescribeClientQuotas matches a name (KIP-546): this one, or the default of the type."""


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

    async def live(
        self, entity: QuotaEntity, expected: Callable[[Mapping[QuotaEntity, Mapping[str, float]]], bool]
    ) -> Mapping[QuotaEntity, Mapping[str, float]]:
        """Return all limits of single entities: as expected of this one, or read when the brokers had caught up."""
        return await self._session.lag.confirmed(expected, lambda: self._live.get(entity), self._live.fresh)

    async def live_now(self) -> Mapping[QuotaEntity, Mapping[str, float]]:
        """Return all limits of single entities, read after this call."""
        return await self._live.fresh()

    async def _alter(self, changes: Sequence[QuotaChange]) -> list[Any]:
        await self._session.require("DESCRIBE_CONFIGS", "ALTER_CONFIGS")
        self._wrote()
        try:
            outcomes = await settled(changes, lambda some: self._send(some, validate_only=False))
            done = [one for one, outcome in zip(changes, outcomes, strict=True) if not isinstance(outcome, Exception)]
            if done:
                # Brokers take writes over in their order: the last one brings the others along.
                await until_shown(f"the quota of {done[-1].entity}", functools.partial(self._is, done[-1]))
        finally:
            self._wrote()
        return outcomes

    async def _is(self, change: QuotaChange) -> bool:
        match = (
            (change.entity.type, _DEFAULT, None)
            if change.entity.name is None
            else (change.entity.type, _EXACT, change.entity.name)
        )
        limits = (await self._describe([match], strict=True)).get(change.entity, {})
        return all(limits.get(key) == value for key, value in change.put.items()) and not change.remove & limits.keys()

    async def _rehearse(self, changes: Sequence[QuotaChange]) -> list[Any]:
        await self._session.require("DESCRIBE_CONFIGS", "ALTER_CONFIGS")
        return await settled(changes, lambda some: self._send(some, validate_only=True))

    async def _send(self, changes: Sequence[QuotaChange], *, validate_only: bool) -> list[Any]:
        request = AlterClientQuotasRequest(entries=[_entry(change) for change in changes], validate_only=validate_only)
        response = await self._wire.send(request)
        errors = {_entity(entry.entity): error_of(entry.error_code, entry.error_message) for entry in response.entries}
        return [errors[change.entity] for change in changes]

    def _wrote(self) -> None:
        self._live.forget()
        self._session.lag.wrote()

    async def _load(self) -> Mapping[QuotaEntity, Mapping[str, float]]:
        await self._session.require("DESCRIBE_CONFIGS")
        return await self._describe([], strict=False)

    async def _describe(
        self, components: Sequence[tuple[str, int, str | None]], *, strict: bool
    ) -> Mapping[QuotaEntity, Mapping[str, float]]:
        response = await self._wire.send(DescribeClientQuotasRequest(components=list(components), strict=strict))
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
