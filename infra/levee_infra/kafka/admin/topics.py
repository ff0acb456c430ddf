"""Topics of the cluster: made, changed, removed and read in batches.

KRaft refuses a CreateTopics request of more than 10,000 partitions (KAFKA-17604): a batch holds fewer.
"""

import asyncio
import concurrent.futures
from base64 import urlsafe_b64encode
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

from confluent_kafka import TopicCollection, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
)

from levee_infra.kafka.admin.broker_error import BrokerError
from levee_infra.kafka.admin.session import Session
from levee_infra.providers.protocol.batching import Batch, BatchLimits
from levee_infra.providers.protocol.lag import POLL_SECONDS, until_shown
from levee_infra.providers.protocol.read_ahead import ReadAhead

Item = TypeVar("Item")
Item_contra = TypeVar("Item_contra", contravariant=True)

LIMITS: Final = BatchLimits(items=1_000, weight=10_000)
SOURCES: Final = {
    ConfigSource.DYNAMIC_TOPIC_CONFIG.value: "set on the topic itself",
    ConfigSource.DYNAMIC_BROKER_CONFIG.value: "set on the broker while it runs",
    ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.value: "set on all brokers while they run",
    ConfigSource.STATIC_BROKER_CONFIG.value: "from the broker's configuration file",
    ConfigSource.DEFAULT_CONFIG.value: "the default of this version of Kafka",
}
_MISSING: Final = "UNKNOWN_TOPIC_OR_PART"


@dataclass(frozen=True)
class NewTopicSettings:
    """A topic to be made."""

    name: str
    partitions: int
    replication_factor: int
    """-1 leaves it to the cluster's default."""
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ConfigChange:
    """Settings of one topic to put, and to return to the cluster's default; others stay as they are."""

    name: str
    put: Mapping[str, str] = field(default_factory=dict)
    remove: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Growth:
    """The number of partitions that a topic shall have in all."""

    name: str
    partitions: int


@dataclass(frozen=True)
class Shape:
    """What the cluster's metadata says of a topic."""

    partitions: int
    replication_factor: int
    """The smallest of its partitions': what every record is sure of."""
    topic_id: str | None = None
    """What tells it from an earlier topic of its name (KIP-516); None where the brokers give topics no ids."""


@dataclass(frozen=True)
class Effective:
    """The value of a setting that counts for a topic, and where it comes from, in words."""

    value: str
    source: str


@dataclass(frozen=True)
class LiveTopic:
    """A topic as the cluster has it."""

    name: str
    shape: Shape
    config: Mapping[str, str]
    """Settings of the topic's own, without the defaults that it takes from the cluster."""
    effective: Mapping[str, Effective] = field(default_factory=dict)
    """Every setting that the broker knows, wherever its value comes from."""


def id_text(code: bytes) -> str | None:
    """A topic's id as Kafka's tools print it (org.apache.kafka.common.Uuid.toString); None for that of no topic."""
    return urlsafe_b64encode(code).decode("ascii").rstrip("=") if any(code) else None


class _Start(Protocol[Item_contra]):
    def __call__(
        self, client: AdminClient, items: Sequence[Item_contra], /, *, validate_only: bool
    ) -> "list[concurrent.futures.Future[Any]]": ...


class Topics:
    """Reads and writes topics. Every method raises FailedError; a broker's refusal is a BrokerError.

    No privilege on the cluster is asked for: a topic that one may not see is refused by its name, not left
    out.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ahead: ReadAhead[str, LiveTopic | None] = ReadAhead(self._describe, self.names)
        self._shapes: Batch[str, Shape | None] = Batch(self._read_shapes, key=str)
        self._topics: Batch[str, LiveTopic | None] = Batch(self._describe, key=str)
        self._created: _Write[NewTopicSettings] = _Write(
            session, self._wrote, _start_create, lambda one: one.partitions
        )
        self._configured: _Write[ConfigChange] = _Write(session, self._wrote, _start_configure)
        self._grown: _Write[Growth] = _Write(session, self._wrote, _start_grow, lambda one: one.partitions)
        self._deleted: Batch[str, None] = Batch(self._delete, key=str)
        self._ends: Batch[LiveTopic, bool] = Batch(
            self._read_ends, key=_name, weight=lambda live: live.shape.partitions, limits=LIMITS
        )

    async def create(self, topic: NewTopicSettings, *, rehearse: bool = False) -> None:
        """Make a topic and return when the controller has committed it; or only let the cluster judge it."""
        await self._created.submit(topic, rehearse=rehearse)

    async def configure(self, change: ConfigChange, *, rehearse: bool = False) -> None:
        """Change settings, all of them or none; or only let the cluster judge it."""
        await self._configured.submit(change, rehearse=rehearse)

    async def grow(self, growth: Growth, *, rehearse: bool = False) -> None:
        """Add partitions; or only let the cluster judge it."""
        await self._grown.submit(growth, rehearse=rehearse)

    async def delete(self, name: str) -> None:
        """Remove a topic with its records; one that is not there is fine."""
        await self._deleted.submit(name)

    async def live(self, name: str, expected: Callable[[LiveTopic | None], bool]) -> LiveTopic | None:
        """Return the topic: as expected, or read when the brokers had caught up."""
        return await self._session.lag.confirmed(expected, lambda: self._ahead.get(name), lambda: self.live_now(name))

    async def live_now(self, name: str) -> LiveTopic | None:
        """Return the topic, read after this call."""
        return await self._topics.submit(name)

    async def shape(self, name: str) -> Shape | None:
        """Return what metadata says of the topic, read after this call; None if there is no such topic."""
        return await self._shapes.submit(name)

    async def ever_held_records(self, live: LiveTopic) -> bool:
        """Say whether any record was ever written to the topic: whether a partition ends anywhere but at 0."""
        return await self._ends.submit(live)

    async def until_shown(self, name: str, wanted: Callable[[Shape | None], bool]) -> Shape | None:
        """Wait until the brokers' metadata, which lags behind the controller, shows what was committed; return it."""
        shape: Shape | None = None

        async def is_shown() -> bool:
            nonlocal shape
            shape = await self.shape(name)
            return wanted(shape)

        await until_shown(f"topic {name}", is_shown)
        return shape

    async def names(self) -> list[str]:
        """Return the names of all topics that the principal may see, without Kafka's own."""
        timeout = self._session.connection.timeout_seconds
        metadata = await self._session.call(lambda client: client.list_topics(timeout=timeout))
        return sorted(name for name in metadata.topics if not name.startswith("__"))

    async def _delete(self, names: Sequence[str]) -> list[Any]:
        self._wrote()
        try:
            outcomes = await self._session.settle(names, _start_delete)
        finally:
            self._wrote()
        return [None if _is_missing(outcome) else outcome for outcome in outcomes]

    def _wrote(self) -> None:
        self._ahead.forget()
        self._session.lag.wrote()

    async def _read_shapes(self, names: Sequence[str]) -> list[Shape | Exception | None]:
        outcomes = await self._session.settle(names, _start_describe)
        return [outcome if isinstance(outcome, Exception) else _shape(outcome) for outcome in map(_absent, outcomes)]

    async def _read_ends(self, topics: Sequence[LiveTopic]) -> list[bool | Exception]:
        partitions = [(live.name, number) for live in topics for number in range(live.shape.partitions)]
        outcomes = dict(zip(partitions, await self._session.settle(partitions, _start_list_ends), strict=True))
        return [_ever_held(live, outcomes) for live in topics]

    async def _describe(self, names: Sequence[str]) -> list[LiveTopic | Exception | None]:
        """Read shapes and settings together; what one broker knows and another does not yet is read again."""
        topics = await self._describe_once(names)
        for pause in POLL_SECONDS:
            partly = [index for index, topic in enumerate(topics) if _is_missing(topic)]
            if not partly:
                break
            await asyncio.sleep(pause)
            again = await self._describe_once([names[index] for index in partly])
            for index, topic in zip(partly, again, strict=True):
                topics[index] = topic
        return topics

    async def _describe_once(self, names: Sequence[str]) -> list[LiveTopic | Exception | None]:
        shapes, configs = await asyncio.gather(
            self._read_shapes(names), self._session.settle(names, _start_describe_configs)
        )
        return [
            _live_topic(name, shape, _absent(config))
            for name, shape, config in zip(names, shapes, configs, strict=True)
        ]


class _Write(Generic[Item]):
    """One kind of write, carried out or rehearsed, each in batches of its own."""

    def __init__(
        self,
        session: Session,
        wrote: Callable[[], None],
        start: _Start[Item],
        weight: Callable[[Item], int] | None = None,
    ) -> None:
        self._session = session
        self._wrote = wrote
        self._start = start
        self._carried_out: Batch[Item, None] = Batch(self._carry_out, key=_name, weight=weight, limits=LIMITS)
        self._rehearsed: Batch[Item, None] = Batch(self._rehearse, key=_name, weight=weight, limits=LIMITS)

    async def submit(self, item: Item, *, rehearse: bool) -> None:
        await (self._rehearsed if rehearse else self._carried_out).submit(item)

    async def _carry_out(self, items: Sequence[Item]) -> list[Any]:
        self._wrote()
        try:
            return await self._session.settle(
                items, lambda client, some: self._start(client, some, validate_only=False)
            )
        finally:
            self._wrote()

    async def _rehearse(self, items: Sequence[Item]) -> list[Any]:
        return await self._session.settle(items, lambda client, some: self._start(client, some, validate_only=True))


def _name(item: Any) -> Hashable:
    name: str = item.name
    return name


def _start_create(client: AdminClient, topics: Sequence[NewTopicSettings], *, validate_only: bool) -> list[Any]:
    new = [
        NewTopic(
            topic.name,
            num_partitions=topic.partitions,
            replication_factor=topic.replication_factor,
            config=dict(topic.config),
        )
        for topic in topics
    ]
    futures = client.create_topics(new, validate_only=validate_only)
    return [futures[topic.name] for topic in topics]


def _start_configure(client: AdminClient, changes: Sequence[ConfigChange], *, validate_only: bool) -> list[Any]:
    resources = [_config_resource(change) for change in changes]
    futures = client.incremental_alter_configs(resources, validate_only=validate_only)
    return [futures[resource] for resource in resources]


def _config_resource(change: ConfigChange) -> ConfigResource:
    put, remove = AlterConfigOpType.SET, AlterConfigOpType.DELETE
    entries = [ConfigEntry(key, value, incremental_operation=put) for key, value in sorted(change.put.items())]
    entries += [ConfigEntry(key, None, incremental_operation=remove) for key in sorted(change.remove)]
    return ConfigResource(ConfigResource.Type.TOPIC, change.name, incremental_configs=entries)


def _start_grow(client: AdminClient, growths: Sequence[Growth], *, validate_only: bool) -> list[Any]:
    futures = client.create_partitions(
        [NewPartitions(growth.name, growth.partitions) for growth in growths], validate_only=validate_only
    )
    return [futures[growth.name] for growth in growths]


def _start_delete(client: AdminClient, names: Sequence[str]) -> list[Any]:
    futures = client.delete_topics(list(names))
    return [futures[name] for name in names]


def _start_describe(client: AdminClient, names: Sequence[str]) -> list[Any]:
    futures = client.describe_topics(TopicCollection(list(names)))
    return [futures[name] for name in names]


def _start_describe_configs(client: AdminClient, names: Sequence[str]) -> list[Any]:
    resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in names]
    futures = client.describe_configs(resources)
    return [futures[resource] for resource in resources]


def _start_list_ends(client: AdminClient, partitions: Sequence[tuple[str, int]]) -> list[Any]:
    wanted = [TopicPartition(name, number) for name, number in partitions]
    futures = client.list_offsets(dict.fromkeys(wanted, OffsetSpec.latest()))
    return [futures[one] for one in wanted]


def _ever_held(live: LiveTopic, outcomes: Mapping[tuple[str, int], Any]) -> bool | Exception:
    ends = [outcomes[live.name, number] for number in range(live.shape.partitions)]
    failed = next((end for end in ends if isinstance(end, Exception)), None)
    return failed or any(end.offset != 0 for end in ends)


def _is_missing(outcome: object) -> bool:
    return isinstance(outcome, BrokerError) and outcome.code == _MISSING


def _absent(outcome: Any) -> Any:
    return None if _is_missing(outcome) else outcome


def _shape(description: Any) -> Shape | None:
    if description is None:
        return None
    return Shape(
        partitions=len(description.partitions),
        replication_factor=min((len(one.replicas) for one in description.partitions), default=0),
        topic_id=_topic_id(description.topic_id),
    )


def _topic_id(uuid: Any) -> str | None:
    # Not its text: librdkafka writes / and + where Kafka writes _ and -.
    halves = (uuid.get_most_significant_bits(), uuid.get_least_significant_bits())
    return id_text(b"".join(half.to_bytes(8, "big", signed=True) for half in halves))


def _live_topic(name: str, shape: Shape | Exception | None, config: Any) -> LiveTopic | Exception | None:
    if isinstance(shape, Exception):
        return shape
    if isinstance(config, Exception):
        return config
    if shape is None and config is None:
        return None
    if shape is None or config is None:
        return BrokerError(_MISSING, f"topic {name} is only partly known to the brokers; try again")
    own = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
    entries = {key: entry for key, entry in config.items() if entry.value is not None}
    return LiveTopic(
        name,
        shape,
        {key: entry.value for key, entry in entries.items() if entry.source == own},
        {
            key: Effective(entry.value, SOURCES.get(entry.source, "from a source that levee doesn't know"))
            for key, entry in entries.items()
        },
    )
