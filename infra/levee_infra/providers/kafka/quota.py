"""``kafka:index/quota:Quota``: limits of a user, a client id or an address."""

import math
from collections.abc import Mapping
from typing import Final

from levee_infra.kafka.admin.broker_error import BrokerError
from levee_infra.kafka.admin.quotas import QuotaChange, QuotaEntity, Quotas
from levee_infra.providers.protocol.differences import Difference, differences
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.kind import Declaration, Recorded, ResourceKind
from levee_infra.providers.protocol.properties import Properties, Value, reveal

RESOURCE_TYPE: Final = "kafka:index/quota:Quota"

ENTITY_TYPES: Final = ("client-id", "user", "ip")
EVERYONE: Final = "entity-default"
"""Stands in the id for an entity without a name."""


class Quota(ResourceKind):
    """Limits by way of :class:`Quotas`. Only declared limits are written or compared, in place."""

    token = RESOURCE_TYPE

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas

    async def check(self, declaration: Declaration) -> Properties:
        """Validate the entity and its limits."""
        fields = Fields(declaration.new, what="a Quota")
        fields.only(("entityType", "entityName", "config"))
        entity_type = fields.text("entityType", required=True)
        if (kind := known(entity_type)) is not None and kind not in ENTITY_TYPES:
            fields.refuse("entityType", f"{kind} is not one of {', '.join(ENTITY_TYPES)}")
        limits = fields.mapping("config")
        if limits is None or limits == {}:
            fields.refuse("config", "a Quota needs at least one limit, such as producer_byte_rate")
        for key, value in (known(limits) or {}).items():
            if isinstance(value, str) and not _is_number(value):
                fields.refuse("config", f"{key} must be a number, not {value}")
        _check_entity(fields, declaration)
        fields.raise_problems()
        inputs: Properties = {"__defaults": [], "entityType": entity_type}
        if (name := fields.text("entityName")) is not None:
            inputs["entityName"] = name
        inputs["config"] = {**limits} if isinstance(limits, dict) else limits
        return inputs

    async def diff(self, recorded: Recorded, new: Properties) -> Mapping[str, Difference]:
        """Compare limits as numbers."""
        return differences(_numeric(recorded.inputs), _numeric(recorded.outputs), _numeric(new))

    async def preview_create(self, new: Properties) -> Properties:
        """Let the cluster judge the limits."""
        await self._put(new, rehearse=True)
        return new

    async def create(self, new: Properties) -> Recorded:
        """Set the limits, unless the entity has others under the same names."""
        entity = await self._put(new, rehearse=False)
        return Recorded(_id(entity), new, new)

    async def read(self, recorded: Recorded) -> Recorded | None:
        """Read the declared limits; all of them in an import."""
        state = recorded.outputs or recorded.inputs
        entity = _entity(state) if state else _parse(recorded.id)
        live = await self._quotas.live(entity, lambda live: _is_as_recorded(recorded, _seen(recorded, entity, live)))
        return _seen(recorded, entity, live)

    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:
        """Let the cluster judge the change."""
        await self._alter(_change(recorded, new), rehearse=True)
        return new

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        """Set the declared limits and take away those no longer declared, in one step."""
        await self._alter(_change(recorded, new), rehearse=False)
        return new

    async def delete(self, recorded: Recorded) -> None:
        """Take away the declared limits; others stay."""
        entity = _entity(recorded.outputs or recorded.inputs)
        keys = frozenset(_limits(recorded.inputs) or _limits(recorded.outputs))
        await self._alter(QuotaChange(entity, remove=keys), rehearse=False)

    async def _put(self, new: Properties, *, rehearse: bool) -> QuotaEntity:
        entity, limits = _entity(new), _limits(new)
        existing = (await self._quotas.live_now()).get(entity, {})
        other = {key: value for key, value in existing.items() if key in limits and value != limits[key]}
        if other:
            values = ", ".join(f"{key} is {value:g}" for key, value in sorted(other.items()))
            raise refused(
                "config",
                f"the quota of {_id(entity)} exists already and is not as declared: {values}. Nothing was changed. "
                f"To manage it, declare it as it is and run: pulumi import {RESOURCE_TYPE} NAME '{_id(entity)}'",
            )
        await self._alter(QuotaChange(entity, put=limits), rehearse=rehearse)
        return entity

    async def _alter(self, change: QuotaChange, *, rehearse: bool) -> None:
        try:
            await (self._quotas.rehearse(change) if rehearse else self._quotas.alter(change))
        except BrokerError as error:
            raise FailedError(f"the quota of {_id(change.entity)} was not changed: {error}") from None


def _check_entity(fields: Fields, declaration: Declaration) -> None:
    old = Fields(declaration.old, what="the last declaration")
    if not declaration.old:
        return
    for name in ("entityType", "entityName"):
        new, last = fields.text(name), old.text(name)
        if new != last and known(new) == new:
            fields.refuse(
                name,
                f"{name} of a quota cannot become {new or 'everyone'} from {last or 'everyone'}: a quota belongs to "
                "its entity. Declare a second quota and remove this one",
            )


def _entity(properties: Properties) -> QuotaEntity:
    fields = Fields(properties, what="a Quota")
    return QuotaEntity(known(fields.text("entityType")) or "", known(fields.text("entityName")))


def _id(entity: QuotaEntity) -> str:
    return f"{entity.name or EVERYONE}|{entity.type}"


def _parse(resource_id: str) -> QuotaEntity:
    name, _, entity_type = resource_id.rpartition("|")
    if entity_type not in ENTITY_TYPES or not name:
        raise refused("", f"the id of a Quota is name|type, e.g. app|user, or {EVERYONE}|user for everyone")
    return QuotaEntity(entity_type, None if name == EVERYONE else name)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _limits(properties: Properties) -> dict[str, float]:
    limits = known(Fields(properties, what="a Quota").mapping("config")) or {}
    return {key: float(value) for key, value in limits.items() if isinstance(value, str) and _is_number(value)}


def _numeric(properties: Properties) -> Properties:
    config = reveal(properties.get("config"))
    if not isinstance(config, dict):
        return properties
    numbers: dict[str, Value] = {**config, **_limits(properties)}
    return {**properties, "config": numbers}


def _as_spelled(limits: Mapping[str, float], state: Properties) -> Properties:
    """Limits as text; one that is as recorded keeps its spelling."""
    texts, last = known(Fields(state, what="a Quota").mapping("config")) or {}, _limits(state)
    return {key: texts[key] if last.get(key) == limit else f"{limit:.17g}" for key, limit in limits.items()}


def _change(recorded: Recorded, new: Properties) -> QuotaChange:
    limits = _limits(new)
    return QuotaChange(_entity(new), put=limits, remove=frozenset(_limits(recorded.inputs).keys() - limits.keys()))


def _is_as_recorded(recorded: Recorded, seen: Recorded | None) -> bool:
    return seen is not None and (not recorded.outputs or _limits(seen.outputs) == _limits(recorded.outputs))


def _seen(recorded: Recorded, entity: QuotaEntity, live: Mapping[QuotaEntity, Mapping[str, float]]) -> Recorded | None:
    limits = live.get(entity, {})
    declared = {key: limits[key] for key in sorted(_limits(recorded.inputs) or limits) if key in limits}
    if not declared:
        return None
    outputs: Properties = {"entityType": entity.type, "config": _as_spelled(declared, recorded.outputs)}
    if entity.name is not None:
        outputs["entityName"] = entity.name
    inputs: Properties = {"__defaults": [], **outputs, "config": _as_spelled(declared, recorded.inputs)}
    if "entityName" in recorded.outputs:
        outputs["entityName"] = entity.name or ""  # as the stock plugin writes it
    return Recorded(_id(entity), inputs, outputs)
