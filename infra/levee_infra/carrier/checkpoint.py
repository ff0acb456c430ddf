"""How far a shard of a data stream has come: what the carrier keeps of it in Kafka."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Final, Self

from levee_infra.carrier.strict_json import NotStrictJson, strict_object

_SHARD: Final = re.compile(r"[a-zA-Z0-9_.-]{1,128}")
_SEQUENCE: Final = re.compile(r"0|[1-9][0-9]{0,128}")
"""Both: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html"""

_LARGEST: Final = 2**63 - 1


class UnreadableCheckpoint(Exception):
    """A record among the checkpoints that isn't one; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Everything in the shard up to record `sequence`, which came in at `arrival`, is on the topic (None: nothing yet).

    `created`, when the data stream was made, tells those of one name apart. What came in before `until` has been
    carried, even where nothing came. `closed`: resharding has ended the shard and all of it has been carried. Times are
    in milliseconds since 1970.
    """

    data_stream: str
    created: int
    shard: str
    sequence: str | None
    arrival: int | None
    until: int
    closed: bool = False

    @property
    def key(self) -> bytes:
        """The checkpoint's key on its topic."""
        return self.shard.encode()

    @property
    def value(self) -> bytes:
        """Canonical JSON."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def parse(cls, key: bytes | None, value: bytes) -> Self:
        """Read one strictly. Raises UnreadableCheckpoint."""
        try:
            body = strict_object(value)
        except NotStrictJson as reason:
            raise UnreadableCheckpoint(str(reason)) from None
        if body.keys() != _FIELDS.keys():
            raise UnreadableCheckpoint(f"it doesn't hold exactly {', '.join(sorted(_FIELDS))}")
        for name, is_fit in _FIELDS.items():
            if not is_fit(body[name]):
                raise UnreadableCheckpoint(f"its {name} can't be one")
        if (body["sequence"] is None) != (body["arrival"] is None):
            raise UnreadableCheckpoint("it names a record without its arrival, or an arrival without its record")
        checkpoint = cls(**body)
        if checkpoint.key != key:
            raise UnreadableCheckpoint("its key is another shard than its value's")
        return checkpoint


def is_shard(value: object) -> bool:
    """Whether this can be a shard's id."""
    return isinstance(value, str) and _SHARD.fullmatch(value) is not None


def is_sequence(value: object) -> bool:
    """Whether this can be a record's sequence number."""
    return isinstance(value, str) and _SEQUENCE.fullmatch(value) is not None


def _is_time(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


_FIELDS: Final[Mapping[str, Callable[[object], bool]]] = {
    "data_stream": lambda value: isinstance(value, str) and bool(value),
    "created": _is_time,
    "shard": is_shard,
    "sequence": lambda value: value is None or is_sequence(value),
    "arrival": lambda value: value is None or _is_time(value),
    "until": _is_time,
    "closed": lambda value: isinstance(value, bool),
}
