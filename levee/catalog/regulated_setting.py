"""Topic settings that can lose, shorten, outlive or hide the records of a regulated topic, and those that can't.

What a topic doesn't set it takes from its brokers, where anybody who runs them can change it unseen. So levee declares
each of the first kind for a regulated topic: the stream's own value, else what stack.yaml says of the brokers, else
Kafka's default. Defaults and brokers' names of settings: org.apache.kafka.storage.internals.log.LogConfig and
org.apache.kafka.server.config.ServerTopicConfigSynonyms of Kafka 4.3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Where(StrEnum):
    """On which topics a setting does anything."""

    ALL = "all"
    DELETED = "cleanup.policy with delete"
    COMPACTED = "cleanup.policy with compact"
    TIERED = "remote.storage.enable true"


class Harm(StrEnum):
    """Which change of a deployed topic's value can cost records, or keep them too long."""

    LESS = "less"
    MORE = "more"
    ANY = "another value"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatedSetting:
    """What the setting can do to records, its safe value, and the brokers' setting that a topic takes it from.

    `is_set` False: levee never sets it, and refuses a topic that has another value. `least` and `most` bound what a
    regulated topic may say, `only` is the one word that it may.
    """

    why: str
    default: str
    broker: str | None = None
    where: Where = Where.ALL
    is_set: bool = True
    harm: Harm = Harm.ANY
    least: int | None = None
    most: int | None = None
    only: str | None = None

    def is_harmful(self, before: str, after: str) -> bool:
        """Whether a deployed topic that comes from one value to the other may lose by it. Raises ValueError."""
        if self.harm is Harm.ANY or before == after:
            return before != after
        return int(after) < int(before) if self.harm is Harm.LESS else int(after) > int(before)

    def problem(self, value: str) -> str | None:
        """Why no regulated topic may have this value, or None. Raises ValueError."""
        if self.only is not None and value != self.only:
            return f"must be {self.only}"
        if self.least is not None and int(value) < self.least:
            return f"must be {self.least} or more"
        if self.most is not None and int(value) > self.most:
            return f"must be {self.most} or less"
        return None


_FOREVER: Final = str(2**63 - 1)
DAY_MS: Final = 86_400_000
WEEK_MS: Final = 604_800_000

REGULATED_SETTINGS: Final[Mapping[str, RegulatedSetting]] = MappingProxyType(
    {
        "cleanup.policy": RegulatedSetting(why="compaction removes all but a key's last record", default="delete"),
        "compression.type": RegulatedSetting(
            why="a codec that a reader doesn't have hides records from it",
            default="producer",
            broker="compression.type",
        ),
        "delete.retention.ms": RegulatedSetting(
            harm=Harm.LESS,
            why="how long a reader can still learn that a key was removed",
            default="86400000",
            broker="log.cleaner.delete.retention.ms",
            where=Where.COMPACTED,
        ),
        "file.delete.delay.ms": RegulatedSetting(
            harm=Harm.MORE,
            most=DAY_MS,
            why="removed records stay on disk for so long",
            default="60000",
            broker="log.segment.delete.delay.ms",
        ),
        "local.retention.bytes": RegulatedSetting(
            why="what of a tiered topic the brokers keep themselves",
            default="-2",
            broker="log.local.retention.bytes",
            where=Where.TIERED,
        ),
        "local.retention.ms": RegulatedSetting(
            why="how long the brokers keep a tiered topic's records themselves",
            default="-2",
            broker="log.local.retention.ms",
            where=Where.TIERED,
        ),
        "max.compaction.lag.ms": RegulatedSetting(
            why="compaction may not come sooner because of it",
            default=_FOREVER,
            broker="log.cleaner.max.compaction.lag.ms",
            where=Where.COMPACTED,
        ),
        "max.message.bytes": RegulatedSetting(
            harm=Harm.LESS,
            least=1_048_588,
            why="larger batches of records are refused",
            default="1048588",
            broker="message.max.bytes",
        ),
        "message.timestamp.after.max.ms": RegulatedSetting(
            harm=Harm.MORE,
            most=DAY_MS,
            why="a record dated ahead of its time outlives its retention",
            default="3600000",
            broker="log.message.timestamp.after.max.ms",
        ),
        "message.timestamp.before.max.ms": RegulatedSetting(
            harm=Harm.LESS,
            least=DAY_MS,
            why="records that are dated earlier are refused",
            default=_FOREVER,
            broker="log.message.timestamp.before.max.ms",
        ),
        "message.timestamp.type": RegulatedSetting(
            why="LogAppendTime puts the broker's time in place of the event's, and retention counts from it",
            default="CreateTime",
            broker="log.message.timestamp.type",
        ),
        "min.cleanable.dirty.ratio": RegulatedSetting(
            why="how much is left uncompacted, where a key's removed records live on",
            default="0.5",
            broker="log.cleaner.min.cleanable.ratio",
            where=Where.COMPACTED,
        ),
        "min.compaction.lag.ms": RegulatedSetting(
            why="a key's earlier records live on for so long",
            default="0",
            broker="log.cleaner.min.compaction.lag.ms",
            where=Where.COMPACTED,
        ),
        "min.insync.replicas": RegulatedSetting(
            harm=Harm.LESS, why="a record acknowledged by fewer is lost with them", default="2"
        ),
        # Never switched off by levee: that can delete what lies in remote storage already
        # (https://docs.aws.amazon.com/msk/latest/developerguide/msk-enable-disable-topic-tiered-storage-cli.html).
        "remote.log.copy.disable": RegulatedSetting(
            only="false",
            why="a tiered topic's newer records are in no remote storage then",
            default="false",
            where=Where.TIERED,
            is_set=False,
        ),
        "remote.log.delete.on.disable": RegulatedSetting(
            only="false",
            why="switching tiering off deletes what lies in remote storage",
            default="false",
            where=Where.TIERED,
            is_set=False,
        ),
        "remote.storage.enable": RegulatedSetting(
            only="false", why="records go to a storage that no file declares", default="false", is_set=False
        ),
        "retention.bytes": RegulatedSetting(
            harm=Harm.LESS,
            why="removes records by size, before their time",
            default="-1",
            broker="log.retention.bytes",
            where=Where.DELETED,
        ),
        "retention.ms": RegulatedSetting(
            harm=Harm.LESS,
            why="how long records are kept",
            default=str(WEEK_MS),
            broker="log.retention.ms",
            where=Where.DELETED,
        ),
        "segment.bytes": RegulatedSetting(
            harm=Harm.MORE,
            why="records live on until their segment is full, or old enough, and another is begun",
            default="1073741824",
            broker="log.segment.bytes",
        ),
        "segment.ms": RegulatedSetting(
            harm=Harm.MORE,
            why="records live on in a segment that is not ended yet",
            default=str(WEEK_MS),
            broker="log.roll.ms",
        ),
        "unclean.leader.election.enable": RegulatedSetting(
            why="a replica that lags may lead, and what it lacks is lost", default="false"
        ),
    }
)

LEFT_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "compression.gzip.level": "how tightly a codec packs; every reader of the codec reads it",
        "compression.lz4.level": "as for gzip",
        "compression.zstd.level": "as for gzip",
        "flush.messages": "the default leaves safety to replicas; any smaller value only adds to it",
        "flush.ms": "as flush.messages",
        "follower.replication.throttled.replicas": "set for a while by who moves replicas; min.insync.replicas holds",
        "index.interval.bytes": "how finely a segment is indexed; it is searched the same",
        "leader.replication.throttled.replicas": "as for followers",
        "preallocate": "how space on a disk is taken",
        "segment.index.bytes": "a full index only ends a segment sooner",
        "segment.jitter.ms": "only ends a segment sooner",
    }
)
"""Settings that a regulated topic may take from its brokers, each with the reason why nothing is lost by it."""
