"""``kafka:index/topic:Topic``: a topic that grows and is configured in place, and is never replaced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from levee.catalog.topic_setting import same_value
from levee_infra.kafka.admin.broker_error import BrokerError
from levee_infra.kafka.admin.topics import ConfigChange, Growth, LiveTopic, NewTopicSettings, Shape, Topics
from levee_infra.providers.kafka.topic_declaration import (
    ADOPT,
    CLUSTER_DEFAULT,
    TopicDeclaration,
    cannot_replicate,
    cannot_shrink,
    check_declaration,
    read_declaration,
)
from levee_infra.providers.kafka.topic_identity import (
    identity,
    is_recorded,
    recorded_id,
    require_known,
    seen_identity,
)
from levee_infra.providers.kafka.topic_ownership import OWNER, TopicOwnership, is_marked_adopted
from levee_infra.providers.kafka.topic_settings import (
    EFFECTIVE,
    as_spelled,
    canonical_settings,
    declared_effective,
    ineffective,
    seen_effective,
)
from levee_infra.providers.protocol.differences import Difference, differences
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, refused
from levee_infra.providers.protocol.identity import ACKNOWLEDGED, recreated_difference
from levee_infra.providers.protocol.kind import Declaration, Recorded, ResourceKind
from levee_infra.providers.protocol.on_removal import ON_REMOVAL
from levee_infra.providers.protocol.ownership import ADOPTED
from levee_infra.providers.protocol.properties import Properties, Value, reveal

RESOURCE_TYPE: Final = "kafka:index/topic:Topic"
_UNTOLD: Final = (OWNER, ADOPT, ON_REMOVAL)
"""Properties of which the topic itself says nothing."""


@dataclass(frozen=True)
class _Changes:
    """What an update has to do to the live topic."""

    live: LiveTopic
    put: Mapping[str, str] = field(default_factory=dict)
    remove: frozenset[str] = frozenset()
    partitions: int | None = None
    """The new number in all; ``None`` if it stays."""

    @property
    def config(self) -> ConfigChange | None:
        return ConfigChange(self.live.name, self.put, self.remove) if self.put or self.remove else None

    @property
    def growth(self) -> Growth | None:
        return None if self.partitions is None else Growth(self.live.name, self.partitions)

    def __str__(self) -> str:
        words = [f"{key} to {value}" for key, value in sorted(self.put.items())]
        words += [f"{key} to the cluster's default" for key in sorted(self.remove)]
        return ", ".join(words)


class Topic(ResourceKind):
    """Topics by way of :class:`Topics`.

    Only declared settings are ever written or compared, as values of Kafka's types: what the cluster gives by default,
    or somebody set by hand beside them, is left alone. A topic is the one that was recorded as long as its id is.
    """

    token = RESOURCE_TYPE

    def __init__(self, topics: Topics, ownership: TopicOwnership) -> None:
        self._topics = topics
        self._ownership = ownership
        self._taken_over: set[str] = set()
        self._declarers: dict[str, str] = {}

    async def check(self, declaration: Declaration) -> Properties:
        """Refuse what no topic can be, what an existing one cannot become, and one topic declared by two resources."""
        inputs = check_declaration(declaration)
        name, urn = reveal(inputs.get("name")), declaration.urn
        if isinstance(name, str) and self._declarers.setdefault(name, urn) != urn:
            raise refused("name", f"topic {name} is declared twice: {self._declarers[name]} declares it too; keep one")
        owner = await self._ownership.declared_owner()
        return inputs if owner is None else {**inputs, OWNER: owner}

    async def diff(self, recorded: Recorded, new: Properties) -> Mapping[str, Difference]:
        """Compare with the live topic; any replication factor will do where the cluster's default is declared.

        What is acknowledged is no property of the topic: it counts in an update that has something to do. Nor is
        whether it might be taken over: once it is made, nobody asks that any more.
        """
        live_factor = recorded.outputs.get("replicationFactor")
        if reveal(new.get("replicationFactor")) == CLUSTER_DEFAULT and live_factor is not None:
            new = {**new, "replicationFactor": live_factor}
        inputs, outputs, wanted = map(_comparable, (recorded.inputs, recorded.outputs, new))
        return {**differences(inputs, outputs, wanted), **recreated_difference(recorded)}

    async def preview_create(self, new: Properties) -> Properties:
        """Let the cluster judge the topic, or judge whether the one that exists is this one, and whose it is."""
        topic = read_declaration(new)
        await self._ownership.refuse_others(topic.name)
        is_made = await self._made(topic, rehearse=True)
        is_adopted = not is_made and await self._take_over(topic, rehearse=True)
        return _created(new, adopted=is_adopted)

    async def create(self, new: Properties) -> Recorded:
        """Mark and make the topic, or take over one that is exactly as declared, and wait until a broker shows it."""
        topic = read_declaration(new)
        await self._ownership.refuse_others(topic.name)
        is_adopted = False
        if await self._topics.shape(topic.name) is not None:
            is_adopted = await self._take_over(topic, rehearse=False)
        else:
            await self._ownership.claim(topic.name, adopted=False)
            if not await self._made(topic, rehearse=False):
                # Another run of this stack's, or a first try of this one whose answer was lost.
                is_adopted = await self._take_over(topic, rehearse=False)
        shape = await self._topics.until_shown(topic.name, lambda shape: shape is not None)
        assert shape is not None
        return Recorded(topic.name, new, _outputs(new, shape, adopted=is_adopted))

    async def read(self, recorded: Recorded) -> Recorded | None:
        """Read the declared part of the live topic; all that is its own in an import."""
        live = await self._topics.live(recorded.id, lambda live: _is_as_recorded(recorded, live))
        seen = _seen(recorded, live)
        if seen is None or _is_import(recorded):
            return seen
        owner = await self._ownership.live_owner(recorded)
        outputs = _without(seen.outputs, OWNER)
        return Recorded(seen.id, seen.inputs, outputs if owner is None else {**outputs, OWNER: owner})

    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:
        """Compare with the live topic and let the cluster judge each change."""
        if await self._is_left_to_another(recorded, new):
            return {**recorded.outputs, ON_REMOVAL: new[ON_REMOVAL]}
        changes = await self._changes(recorded, new)
        await self._rehearse(changes)
        return _outputs(new, changes.live.shape, adopted=is_marked_adopted(recorded.outputs))

    async def require_recorded(self, recorded: Recorded, new: Properties) -> None:
        """Refuse a topic that somebody made anew and that the inputs don't acknowledge; one that is gone is made."""
        shape = await self._topics.shape(recorded.id)
        if shape is not None:
            require_known(recorded, new, recorded.id, shape.topic_id)

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        """Check everything and mark the topic, then change settings, then add partitions."""
        if await self._is_left_to_another(recorded, new):
            return {**recorded.outputs, ON_REMOVAL: new[ON_REMOVAL]}
        changes, adopted = await self._changes(recorded, new), is_marked_adopted(recorded.outputs)
        if changes.config and changes.growth:
            await self._rehearse(changes)
        await self._ownership.claim(recorded.id, adopted=adopted)
        if changes.config:
            await self._configure(changes.config)
        if changes.growth:
            await self._grow(changes, changes.growth, new, adopted=adopted)
        return _outputs(new, changes.live.shape, adopted=adopted)

    async def delete(self, recorded: Recorded) -> bool:
        """Remove the topic and wait until no broker shows it.

        A topic that another resource declares now lives on: the program only calls it by another name, or the user
        forced a replacement. Giving up the old record is the whole move. One that is let go of, was adopted, or is
        another stack's, stays with its records; so does one that somebody made anew. The mark goes last: until then a
        killed run's topic is still this stack's.
        """
        name = recorded.id
        if name in self._taken_over or self._declarers.get(name, recorded.urn) != recorded.urn:
            return False
        may_delete = await self._ownership.may_delete(recorded)
        stays = may_delete and not await self._is_recorded(recorded)
        if may_delete and not stays:
            try:
                await self._topics.delete(name)
            except BrokerError as error:
                raise FailedError(f"topic {name} was not deleted: {error}") from None
            await self._topics.until_shown(name, lambda shape: shape is None)
        await self._ownership.release(name)
        return stays

    async def _is_recorded(self, recorded: Recorded) -> bool:
        shape = await self._topics.shape(recorded.id)
        return shape is None or is_recorded(recorded, shape.topic_id)

    async def _made(self, topic: TopicDeclaration, *, rehearse: bool) -> bool:
        """Make the topic; False if it exists."""
        settings = NewTopicSettings(topic.name, topic.partitions, topic.replication_factor, topic.config)
        try:
            await self._topics.create(settings, rehearse=rehearse)
        except BrokerError as error:
            if error.code != "TOPIC_ALREADY_EXISTS":
                raise FailedError(f"topic {topic.name} cannot be created: {error}") from None
            return False
        return True

    async def _take_over(self, topic: TopicDeclaration, *, rehearse: bool) -> bool:
        """Take over the topic that exists, marked from then on; whether that adopts it. Raises RefusedError."""
        live = await self._existing(topic.name)
        if differing := _differing(topic, live):
            raise self._ownership.not_as_declared(topic.name, differing)
        found = await self._ownership.refuse_others(topic.name, exists=True)
        is_adopted = await self._ownership.is_adoption(topic, live, found)
        if not rehearse:
            if found.own is None or found.own.adopted is not is_adopted:
                await self._ownership.claim(topic.name, adopted=is_adopted)
            self._taken_over.add(topic.name)
        return is_adopted

    async def _is_left_to_another(self, recorded: Recorded, new: Properties) -> bool:
        """Whether the topic is another stack's and this one is about to let go of it: nothing is touched then.

        Raises RefusedError where it is another's and shall still be managed here.
        """
        if ON_REMOVAL in new and (await self._ownership.of(recorded.id)).others:
            return True
        await self._ownership.refuse_others(recorded.id)
        return False

    async def _existing(self, name: str) -> LiveTopic:
        live = await self._topics.live_now(name)
        if live is None:  # or the broker that was asked has not heard of it yet
            live = await self._topics.live(name, lambda live: live is not None)
        if live is None:
            raise FailedError(f"topic {name} is not on the cluster any more; run pulumi refresh, then pulumi up")
        return live

    async def _changes(self, recorded: Recorded, new: Properties) -> _Changes:
        """Say what has to change. Raises RefusedError for what cannot be done in place."""
        topic, live = read_declaration(new), await self._existing(recorded.id)
        shape = live.shape
        require_known(recorded, new, topic.name, shape.topic_id)
        _require_effective(topic, live)
        if topic.partitions < shape.partitions:
            raise refused("partitions", cannot_shrink(topic.name, shape.partitions, topic.partitions))
        if topic.replication_factor not in (CLUSTER_DEFAULT, shape.replication_factor):
            reason = cannot_replicate(topic.name, shape.replication_factor, topic.replication_factor)
            raise refused("replicationFactor", reason)
        dropped = _declared_settings(recorded).keys() - topic.config.keys()
        return _Changes(
            live=live,
            put={k: value for k, value in topic.config.items() if not same_value(k, live.config.get(k), value)},
            remove=frozenset(dropped & live.config.keys()),
            partitions=topic.partitions if topic.partitions > shape.partitions else None,
        )

    async def _rehearse(self, changes: _Changes) -> None:
        name = changes.live.name
        try:
            if changes.config:
                await self._topics.configure(changes.config, rehearse=True)
            if changes.growth:
                await self._topics.grow(changes.growth, rehearse=True)
        except BrokerError as error:
            raise FailedError(f"topic {name} cannot be updated: {error}. Nothing was changed") from None

    async def _configure(self, change: ConfigChange) -> None:
        try:
            await self._topics.configure(change)
        except BrokerError as error:
            raise FailedError(f"topic {change.name} was not updated: {error}. Nothing was changed") from None

    async def _grow(self, changes: _Changes, growth: Growth, new: Properties, *, adopted: bool) -> None:
        try:
            await self._topics.grow(growth)
        except BrokerError as error:
            live = await self._existing(growth.name)
            if live.shape.partitions != growth.partitions:  # else a first try had succeeded and its answer was lost
                raise self._half_grown(changes, live, new, error, adopted=adopted) from None
        await self._topics.until_shown(
            growth.name, lambda shape: shape is not None and shape.partitions >= growth.partitions
        )

    def _half_grown(
        self, changes: _Changes, live: LiveTopic, new: Properties, error: BrokerError, *, adopted: bool
    ) -> FailedError | PartlyDoneError:
        name, count = live.name, live.shape.partitions
        not_done = f"topic {name} stays at {count} partitions instead of {changes.partitions}: {error}"
        if changes.config is None:
            return FailedError(f"{not_done}. Nothing was changed")
        outputs = _outputs({**new, "partitions": count}, live.shape, adopted=adopted)
        return PartlyDoneError(name, outputs, [f"settings of topic {name} were changed: {changes}", not_done])


def _outputs(new: Properties, shape: Shape, *, adopted: bool) -> Properties:
    outputs = _created(_without(new, ACKNOWLEDGED), adopted=adopted)
    return {**outputs, "replicationFactor": shape.replication_factor, **identity(shape.topic_id)}


def _created(new: Properties, *, adopted: bool) -> Properties:
    return {**new, ADOPTED: True} if adopted else dict(new)


def _without(properties: Properties, *names: str) -> Properties:
    return {name: value for name, value in properties.items() if name not in names}


def _comparable(properties: Properties) -> Properties:
    return canonical_settings(_without(properties, ACKNOWLEDGED, ADOPT))


def _declared_settings(recorded: Recorded) -> Mapping[str, Value]:
    """Return the settings that were declared last; those of the state where no inputs are kept, as in old stacks."""
    config = reveal((recorded.inputs or recorded.outputs).get("config"))
    return config if isinstance(config, dict) else {}


def _settings(state: Properties, among: Mapping[str, Value]) -> Mapping[str, Value]:
    config = reveal(state.get("config"))
    return {key: value for key, value in config.items() if key in among} if isinstance(config, dict) else {}


def _is_as_recorded(recorded: Recorded, live: LiveTopic | None) -> bool:
    seen = _seen(recorded, live)
    if seen is None or _is_import(recorded):
        return seen is not None
    outputs = {**identity(recorded_id(seen)), **recorded.outputs}  # an id that is seen for the first time is expected
    return (reveal(seen.inputs), reveal(seen.outputs)) == (reveal(recorded.inputs), reveal(outputs))


def _is_import(recorded: Recorded) -> bool:
    return not recorded.inputs and not recorded.outputs


def _seen(recorded: Recorded, live: LiveTopic | None) -> Recorded | None:
    """Return the live topic as the recorded one would look today."""
    if live is None:
        return None
    declared = live.config if _is_import(recorded) else _declared_settings(recorded)
    shape = live.shape
    outputs: Properties = {
        "name": live.name,
        "partitions": shape.partitions,
        "replicationFactor": shape.replication_factor,
    }
    inputs = {**outputs, "__defaults": []} if _is_import(recorded) else dict(outputs)
    for properties, state in ((outputs, recorded.outputs), (inputs, recorded.inputs)):
        config = as_spelled(live.config, {**declared, **_settings(state, declared)})
        if config or "config" in state:
            properties["config"] = config
    if effective := declared_effective(recorded.inputs):
        outputs[EFFECTIVE] = seen_effective(live.effective, effective)
    inputs |= {name: recorded.inputs[name] for name in (EFFECTIVE, ACKNOWLEDGED, *_UNTOLD) if name in recorded.inputs}
    outputs |= {name: recorded.outputs[name] for name in (*_UNTOLD, ADOPTED) if name in recorded.outputs}
    outputs |= seen_identity(recorded, shape.topic_id)
    if reveal(recorded.inputs.get("replicationFactor")) == CLUSTER_DEFAULT:
        inputs["replicationFactor"] = CLUSTER_DEFAULT
    return Recorded(live.name, inputs, outputs)


def _differing(topic: TopicDeclaration, live: LiveTopic) -> list[str]:
    """How a topic differs from its declaration in anything declared."""
    shape = live.shape
    differing = []
    if shape.partitions != topic.partitions:
        differing.append(f"it has {shape.partitions} partitions, not {topic.partitions}")
    if topic.replication_factor not in (CLUSTER_DEFAULT, shape.replication_factor):
        differing.append(f"it has {shape.replication_factor} replicas, not {topic.replication_factor}")
    for key, value in sorted(topic.config.items()):
        if not same_value(key, live.config.get(key), value):
            differing.append(f"its {key} is {live.config.get(key, 'the cluster default')}, not {value}")
    return [*differing, *ineffective(live.effective, topic.effective)]


def _require_effective(topic: TopicDeclaration, live: LiveTopic) -> None:
    """Refuse what counts for a topic, must not, and is not for this provider to set."""
    if wrong := list(ineffective(live.effective, topic.effective)):
        raise refused(
            EFFECTIVE,
            f"topic {topic.name} is not as declared: {'; '.join(wrong)}. This is never set from here: it can cost "
            "records. Nothing was changed. Put it right on the cluster (kafka-configs.sh), or declare the value that "
            "is there among the topic's settings",
        )
