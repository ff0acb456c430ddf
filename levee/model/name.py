"""Names of topics, services and groups: which are legal, and which collide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

SEPARATORS: Final = ".-_"
CHECKPOINTS: Final = "levee.checkpoints."
"""How the names of levee's own topics begin, which keep how far a carrier has come. None of them is a stream's."""
MAX_TOPIC_LENGTH: Final = 249  # org.apache.kafka.common.internals.Topic
MAX_SERVICE_LENGTH: Final = 48  # leaves room for ".g<generation>" and an AmazonMSK_ secret name (MSK: 128)
_TOPIC: Final = re.compile(r"[a-zA-Z0-9._-]+")
_SERVICE: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_KEY: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_GROUP: Final = re.compile(r"[a-zA-Z0-9._-]{1,255}")


def topic_name_problem(name: str) -> str | None:
    """Why Kafka or levee refuses this topic name, or None. Source: Kafka's Topic.validate, KIP-4."""
    if not name or name in {".", ".."}:
        return "is not a topic name"
    if len(name) > MAX_TOPIC_LENGTH:
        return f"is {len(name)} characters long; Kafka allows {MAX_TOPIC_LENGTH}"
    if not _TOPIC.fullmatch(name):
        return "has characters that Kafka refuses; allowed are a-z A-Z 0-9 . _ -"
    if name.startswith("__"):
        return "begins with __, which Kafka keeps for its own topics"
    return None


def service_name_problem(name: str) -> str | None:
    """Why levee refuses this service name, or None. Dots are left out: `<service>.g<n>` is the user's name."""
    if len(name) > MAX_SERVICE_LENGTH:
        return f"is {len(name)} characters long; levee allows {MAX_SERVICE_LENGTH}"
    if not _SERVICE.fullmatch(name):
        return "must be lower-case letters, digits and inner hyphens"
    return None


def key_problem(name: str) -> str | None:
    """Why this can't be a stack's or a stream's key (the name of its folder or file), or None."""
    if len(name) > 100:
        return f"is {len(name)} characters long; levee allows 100"
    if not _KEY.fullmatch(name):
        return "must be lower-case letters, digits and inner hyphens"
    return None


def metric_name(topic: str) -> str:
    """How Kafka's metrics spell the topic: `.` becomes `_`, so `a.b` and `a_b` collide (Topic.unifyCollisionChars)."""
    return topic.replace(".", "_")


class PatternType(StrEnum):
    """How a Kafka ACL matches a resource name (KIP-290)."""

    LITERAL = "literal"
    PREFIXED = "prefixed"


@dataclass(frozen=True, slots=True, order=True)
class NamePattern:
    """A resource name as a grant gives it: exactly this one, or all that begin with it."""

    name: str
    type: PatternType = PatternType.LITERAL

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `siem-shipper` (exact) or `siem-shipper-*` (prefix, which must end at a separator).

        Raises ValueError, its text a sentence for the user.
        """
        name = text.removesuffix("*")
        if not _GROUP.fullmatch(name):
            raise ValueError(f"{text!r} is not a name; write letters, digits and . _ -, and end a prefix in *")
        if name == text:
            return cls(name)
        if name[-1] not in SEPARATORS:
            raise ValueError(f"the prefix {text!r} ends inside a word; write one of . - _ before the *")
        if not name.strip(SEPARATORS):
            raise ValueError(f"the prefix {text!r} names nothing; write what the names begin with")
        return cls(name, PatternType.PREFIXED)

    def covers(self, other: NamePattern) -> bool:
        """Whether every name that `other` matches is matched by this one too."""
        if self.type is PatternType.PREFIXED:
            return other.name.startswith(self.name)
        return self == other

    def __str__(self) -> str:
        return self.name + ("*" if self.type is PatternType.PREFIXED else "")
