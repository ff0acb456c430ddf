"""``kafka:index/topic:Topic``: a topic that grows and is configured in place, and is never replaced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from infra.providers.admin.broker_error import BrokerError
from infra.providers.admin.topics import ConfigChange, Growth, LiveTopic, NewTopicSettings, Topics
from infra.providers.differences import Difference, differences
from infra.providers.failures import FailedError, PartlyDoneError, refused
from infra.providers.kafka.topic_declaration import (
    ADOPT,
    CLUSTER_DEFAULT,
    ON_REMOVAL,
    TopicDeclaration,
    cannot_replicate,
    cannot_shrink,
    check_declaration,
    read_declaration,
)
from infra.providers.kafka.topic_ownership import OWNER, TopicOwnership, is_marked_adopted
from infra.providers.kind import Declaration, Recorded, ResourceKind
from infra.providers.ownership import ADOPTED
from infra.providers.properties import Properties, Value, reveal

RESOURCE_TYPE: Final = "kafka:index/topic:Topic"


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

    Only declared settings are ever written or compared: what the cluster gives by default, or somebody set by
    hand beside them, is left alone.
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
        """Compare with the live topic; any replication factor will do where the cluster's default is declared."""
        live_factor = recorded.outputs.get("replicationFactor")
        if reveal(new.get("replicationFactor")) == CLUSTER_DEFAULT and live_factor is not None:
            new = {**new, "replicationFactor": live_factor}
        # Once it is made or taken over, nobody asks any more whether it might be.
        return differences(_without(ADOPT, recorded.inputs), recorded.outputs, _without(ADOPT, new))

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
        if await self._topics.shape_now(topic.name) is not None:
            is_adopted = await self._take_over(topic, rehearse=False)
        else:
            await self._ownership.claim(topic.name, adopted=False)
            if not await self._made(topic, rehearse=False):
                # Another run of this stack's, or a first try of this one whose answer was lost.
                is_adopted = await self._take_over(topic, rehearse=False)
        await self._topics.until_shown(topic.name, lambda shape: shape is not None)
        outputs = _created(new, adopted=is_adopted)
        if topic.replication_factor == CLUSTER_DEFAULT:
            outputs["replicationFactor"] = (await self._existing(topic.name)).shape.replication_factor
        return Recorded(topic.name, new, outputs)

    async def read(self, recorded: Recorded) -> Recorded | None:
        """Read the declared part of the live topic; all that is its own in an import."""
        live = await self._topics.live(recorded.id, lambda live: _is_as_recorded(recorded, live))
        seen = _seen(recorded, live)
        if seen is None or _is_import(recorded):
            return seen
        owner = await self._ownership.live_owner(recorded)
        outputs = _without(OWNER, seen.outputs)
        return Recorded(seen.id, seen.inputs, outputs if owner is None else {**outputs, OWNER: owner})

    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:
        """Compare with the live topic and let the cluster judge each change."""
        if await self._is_left_to_another(recorded, new):
            return {**recorded.outputs, ON_REMOVAL: new[ON_REMOVAL]}
        changes = await self._changes(recorded, read_declaration(new))
        await self._rehearse(changes)
        return _outputs(recorded, new, changes.live.shape.replication_factor)

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        """Check everything and mark the topic, then change settings, then add partitions."""
        if await self._is_left_to_another(recorded, new):
            return {**recorded.outputs, ON_REMOVAL: new[ON_REMOVAL]}
        changes = await self._changes(recorded, read_declaration(new))
        if changes.config and changes.growth:
            await self._rehearse(changes)
        await self._ownership.claim(recorded.id, adopted=is_marked_adopted(recorded.outputs))
        if changes.config:
            await self._configure(changes.config)
        if changes.growth:
            await self._grow(recorded, changes, changes.growth, new)
        return _outputs(recorded, new, changes.live.shape.replication_factor)

    async def delete(self, recorded: Recorded) -> None:
        """Remove the topic and wait until no broker shows it.

        A topic that another resource declares now lives on: the program only calls it by another name, or the user
        forced a replacement. Giving up the old record is the whole move. One that was adopted, or is another stack's,
        stays with its records. The mark goes last: until then a killed run's topic is still this stack's.
        """
        name = recorded.id
        if name in self._taken_over or self._declarers.get(name, recorded.urn) != recorded.urn:
            return
        if await self._ownership.may_delete(recorded):
            try:
                await self._topics.delete(name)
            except BrokerError as error:
                raise FailedError(f"topic {name} was not deleted: {error}") from None
            await self._topics.until_shown(name, lambda shape: shape is None)
        await self._ownership.release(name)

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
        _require_same(topic, live)
        found = await self._ownership.refuse_others(topic.name, exists=True)
        is_adopted = await self._ownership.is_adoption(topic, live, found)
        if not rehearse:
            if found.own is None:
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

    async def _changes(self, recorded: Recorded, topic: TopicDeclaration) -> _Changes:
        """Say what has to change. Raises RefusedError for what cannot be done in place."""
        live = await self._existing(recorded.id)
        shape = live.shape
        if topic.partitions < shape.partitions:
            raise refused("partitions", cannot_shrink(topic.name, shape.partitions, topic.partitions))
        if topic.replication_factor not in (CLUSTER_DEFAULT, shape.replication_factor):
            reason = cannot_replicate(topic.name, shape.replication_factor, topic.replication_factor)
            raise refused("replicationFactor", reason)
        dropped = _declared_settings(recorded).keys() - topic.config.keys()
        return _Changes(
            live=live,
            put={key: value for key, value in topic.config.items() if live.config.get(key) != value},
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

    async def _grow(self, recorded: Recorded, changes: _Changes, growth: Growth, new: Properties) -> None:
        try:
            await self._topics.grow(growth)
        except BrokerError as error:
            live = await self._existing(growth.name)
            if live.shape.partitions != growth.partitions:  # else a first try had succeeded and its answer was lost
                raise self._half_grown(recorded, changes, live, new, error) from None
        await self._topics.until_shown(
            growth.name, lambda shape: shape is not None and shape.partitions >= growth.partitions
        )

    def _half_grown(
        self, recorded: Recorded, changes: _Changes, live: LiveTopic, new: Properties, error: BrokerError
    ) -> FailedError | PartlyDoneError:
        name, count = live.name, live.shape.partitions
        not_done = f"topic {name} stays at {count} partitions instead of {changes.partitions}: {error}"
        if changes.config is None:
            return FailedError(f"{not_done}. Nothing was changed")
        outputs = _outputs(recorded, {**new, "partitions": count}, live.shape.replication_factor)
        return PartlyDoneError(name, outputs, [f"settings of topic {name} were changed: {changes}", not_done])


def _outputs(recorded: Recorded, new: Properties, replication_factor: int) -> Properties:
    outputs = {**new, "replicationFactor": replication_factor}
    return {**outputs, ADOPTED: True} if is_marked_adopted(recorded.outputs) else outputs


def _created(new: Properties, *, adopted: bool) -> Properties:
    return {**new, ADOPTED: True} if adopted else dict(new)


def _without(name: str, properties: Properties) -> Properties:
    return {key: value for key, value in properties.items() if key != name}


def _declared_settings(recorded: Recorded) -> Mapping[str, Value]:
    """Return the settings that were declared last; those of the state where no inputs are kept, as in old stacks."""
    config = reveal((recorded.inputs or recorded.outputs).get("config"))
    return config if isinstance(config, dict) else {}


def _is_as_recorded(recorded: Recorded, live: LiveTopic | None) -> bool:
    seen = _seen(recorded, live)
    if seen is None or _is_import(recorded):
        return seen is not None
    return (reveal(seen.inputs), reveal(seen.outputs)) == (reveal(recorded.inputs), reveal(recorded.outputs))


def _is_import(recorded: Recorded) -> bool:
    return not recorded.inputs and not recorded.outputs


def _seen(recorded: Recorded, live: LiveTopic | None) -> Recorded | None:
    """Return the live topic as the recorded one would look today."""
    if live is None:
        return None
    declared = live.config if _is_import(recorded) else _declared_settings(recorded)
    config: dict[str, Value] = {key: live.config[key] for key in sorted(declared) if key in live.config}
    shape = live.shape
    outputs: Properties = {
        "name": live.name,
        "partitions": shape.partitions,
        "replicationFactor": shape.replication_factor,
    }
    inputs = {**outputs, "__defaults": []} if _is_import(recorded) else dict(outputs)
    for properties, state in ((outputs, recorded.outputs), (inputs, recorded.inputs)):
        if config or "config" in state:
            properties["config"] = config
        # Of these the topic itself says nothing.
        properties.update({key: state[key] for key in (OWNER, ADOPTED, ADOPT, ON_REMOVAL) if key in state})
    if reveal(recorded.inputs.get("replicationFactor")) == CLUSTER_DEFAULT:
        inputs["replicationFactor"] = CLUSTER_DEFAULT
    return Recorded(live.name, inputs, outputs)


def _require_same(topic: TopicDeclaration, live: LiveTopic) -> None:
    """Refuse to adopt a topic that differs from its declaration in anything declared."""
    shape = live.shape
    differing = []
    if shape.partitions != topic.partitions:
        differing.append(f"it has {shape.partitions} partitions, not {topic.partitions}")
    if topic.replication_factor not in (CLUSTER_DEFAULT, shape.replication_factor):
        differing.append(f"it has {shape.replication_factor} replicas, not {topic.replication_factor}")
    for key, value in sorted(topic.config.items()):
        if live.config.get(key) != value:
            differing.append(f"its {key} is {live.config.get(key, 'the cluster default')}, not {value}")
    if differing:
        raise refused(
            "name",
            f"topic {topic.name} exists already and is not as declared: {', '.join(differing)}. Nothing was changed. "
            f"To manage it, declare it as it is and run: pulumi import {RESOURCE_TYPE} NAME {topic.name}",
        )
