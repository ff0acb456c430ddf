"""The settings of a topic that Kafka knows, what each takes, and when two spellings are one value.

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
# What Java reads as a long and as a double (Long.parseLong, Double.parseDouble; not its hexadecimal form).
_JAVA_WHOLE: Final = re.compile(r"([+-]?)0*([0-9]{1,19})")
_JAVA_FRACTION: Final = re.compile(
    r"([+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,9})?)[fFdD]?"
)
_JAVA_SPACE: Final = "".join(map(chr, range(0x21)))  # what String.trim takes away
_LIST_SPACE: Final = " \t\n\v\f\r"  # around the commas of a list


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

    def canonical(self, text: str) -> str:
        """The one spelling of this value, as a broker shows it: two that Kafka reads as one value come out as one.

        A list is sorted and free of repeats: the order of these lists means nothing. What Kafka can't read stays as it
        is. Source: org.apache.kafka.common.config.ConfigDef.parseType and convertToString.
        """
        trimmed = text.strip(_JAVA_SPACE)
        match self.type:
            case SettingType.BOOLEAN:
                return trimmed.lower() if trimmed.lower() in {"true", "false"} else text
            case SettingType.WHOLE:
                whole = _JAVA_WHOLE.fullmatch(trimmed)
                return text if whole is None else str(int(whole[1] + whole[2]))
            case SettingType.FRACTION:
                fraction = _JAVA_FRACTION.fullmatch(trimmed)
                return text if fraction is None else repr(float(fraction[1]))
            case SettingType.LIST:
                words = _words(text)
                return text if any(word != word.strip(_JAVA_SPACE) for word in words) else ",".join(sorted(words))
            case SettingType.WORD:
                return trimmed

    def problem(self, text: str) -> str | None:
        """Why a file may not say this, or None: what Kafka would refuse, and true and false in other letters.

        Reads on after the value.
        """
        if self.type is SettingType.BOOLEAN:
            return None if text in {"true", "false"} else f"must be {self.type}"
        if self.type is SettingType.WORD:
            return None if text in self.words else f"must be one of {', '.join(self.words)}"
        if self.type is SettingType.LIST:
            strange = self.words and not _words(text) <= set(self.words)
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


def _words(text: str) -> set[str]:
    return {word.strip(_LIST_SPACE) for word in text.strip(_JAVA_SPACE).split(",")}


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


def canonical(key: str, text: str) -> str:
    """The one spelling of a topic setting's value; text as it is where Kafka's topics have no such setting."""
    setting = TOPIC_SETTINGS.get(key)
    return text if setting is None else setting.canonical(text)


def same_value(key: str, one: str | None, other: str | None) -> bool:
    """Whether Kafka takes both for one value of this setting. None, nothing, is the same as nothing only."""
    if one is None or other is None:
        return one is other
    return one == other or canonical(key, one) == canonical(key, other)


# Settings that a stream's own fields decide, and the field.
OWNED_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "min.insync.replicas": "min_insync",
        "retention.bytes": "retention_size",
        "retention.ms": "retention",
    }
)
