"""The settings of a topic that Kafka knows, and what each takes.

Source: org.apache.kafka.storage.internals.log.LogConfig of Kafka 4.3.1, its public definitions with their types and
validators (https://kafka.apache.org/43/configuration/topic-configs/ documents the same).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")
_FRACTION: Final = re.compile(r"-?[0-9]{1,19}(?:\.[0-9]{1,19})?(?:[eE][-+]?[0-9]{1,2})?")


class SettingType(StrEnum):
    """What kind of value a setting takes."""

    BOOLEAN = "true or false"
    WHOLE = "a whole number"
    FRACTION = "a number"
    WORD = "a word"
    LIST = "words joined by commas"


@dataclass(frozen=True, slots=True)
class TopicSetting:
    """A setting: its type, its bounds (None: none), a value outside them that counts too, and its words if bounded."""

    type: SettingType
    least: int | None = None
    most: int | None = None
    also: int | None = None
    words: tuple[str, ...] = ()

    def problem(self, text: str) -> str | None:
        """Why Kafka would refuse this value, or None. Reads on after the value."""
        if self.type is SettingType.BOOLEAN:
            return None if text in {"true", "false"} else f"must be {self.type}"
        if self.type is SettingType.WORD:
            return None if text in self.words else f"must be one of {', '.join(self.words)}"
        if self.type is SettingType.LIST:
            strange = self.words and not {word.strip() for word in text.split(",")} <= set(self.words)
            return f"must be {' or '.join(self.words)}, or both joined by a comma" if strange else None
        return self._number_problem(text)

    def _number_problem(self, text: str) -> str | None:
        form = _FRACTION if self.type is SettingType.FRACTION else _WHOLE
        if not form.fullmatch(text):
            return f"must be {self.type}"
        number = float(text) if self.type is SettingType.FRACTION else int(text)
        too_small = self.least is not None and number < self.least
        too_large = self.most is not None and number > self.most
        if number == self.also or not (too_small or too_large):
            return None
        return f"must be {self.least} or more" if too_small else f"must be {self.most} or less"


_INT_MAX: Final = 2**31 - 1
_LONG_MAX: Final = 2**63 - 1
_BOOLEAN: Final = TopicSetting(SettingType.BOOLEAN)
_THROTTLED: Final = TopicSetting(SettingType.LIST)


def _int(least: int, most: int = _INT_MAX) -> TopicSetting:
    return TopicSetting(SettingType.WHOLE, least, most)


def _long(least: int) -> TopicSetting:
    return TopicSetting(SettingType.WHOLE, least, _LONG_MAX)


TOPIC_SETTINGS: Final[Mapping[str, TopicSetting]] = MappingProxyType(
    {
        "cleanup.policy": TopicSetting(SettingType.LIST, words=("compact", "delete")),
        "compression.gzip.level": TopicSetting(SettingType.WHOLE, 1, 9, also=-1),
        "compression.lz4.level": _int(1, 17),
        "compression.type": TopicSetting(
            SettingType.WORD, words=("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer")
        ),
        "compression.zstd.level": _int(-131_072, 22),
        "delete.retention.ms": _long(0),
        "file.delete.delay.ms": _long(0),
        "flush.messages": _long(1),
        "flush.ms": _long(0),
        "follower.replication.throttled.replicas": _THROTTLED,
        "index.interval.bytes": _int(0),
        "leader.replication.throttled.replicas": _THROTTLED,
        "local.retention.bytes": _long(-2),
        "local.retention.ms": _long(-2),
        "max.compaction.lag.ms": _long(1),
        "max.message.bytes": _int(0),
        "message.timestamp.after.max.ms": _long(0),
        "message.timestamp.before.max.ms": _long(0),
        "message.timestamp.type": TopicSetting(SettingType.WORD, words=("CreateTime", "LogAppendTime")),
        "min.cleanable.dirty.ratio": TopicSetting(SettingType.FRACTION, 0, 1),
        "min.compaction.lag.ms": _long(0),
        "min.insync.replicas": _int(1),
        "preallocate": _BOOLEAN,
        "remote.log.copy.disable": _BOOLEAN,
        "remote.log.delete.on.disable": _BOOLEAN,
        "remote.storage.enable": _BOOLEAN,
        "retention.bytes": _long(-(2**63)),
        "retention.ms": _long(-1),
        "segment.bytes": _int(1_048_576),
        "segment.index.bytes": _int(4),
        "segment.jitter.ms": _long(0),
        "segment.ms": _long(1),
        "unclean.leader.election.enable": _BOOLEAN,
    }
)

# Settings that a stream's own fields decide, and the field.
OWNED_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "min.insync.replicas": "min_insync",
        "retention.bytes": "retention_size",
        "retention.ms": "retention",
    }
)
