"""What one transaction takes over from a shard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self

from levee_infra.carrier.checkpoint import Checkpoint
from levee_infra.carrier.envelope import Event

MOST_BYTES: Final = 4 * 1024 * 1024
MOST_EVENTS: Final = 10_000
"""A portion ends with the record that fills it: Kafka's transactions and the carrier's memory stay small."""


@dataclass(frozen=True, slots=True)
class CarriedRecord:
    """A record of the data stream: its sequence number, its events, and when it came in (milliseconds since 1970)."""

    sequence: str
    arrival: int
    events: tuple[Event, ...] = field(repr=False)

    @property
    def weight(self) -> float:
        """Which part of a portion it makes: 1 is a full one."""
        return sum(len(event.message) for event in self.events) / MOST_BYTES + len(self.events) / MOST_EVENTS


@dataclass(frozen=True, slots=True)
class Portion:
    """Records that follow each other, and the checkpoint that they come to; without one shard `key` is forgotten."""

    key: bytes
    checkpoint: Checkpoint | None
    records: tuple[CarriedRecord, ...] = ()

    @classmethod
    def of(cls, checkpoint: Checkpoint, *records: CarriedRecord) -> Self:
        """Records up to a checkpoint."""
        return cls(checkpoint.key, checkpoint, records)

    @classmethod
    def forgetting(cls, shard: str) -> Self:
        """No shard of this name is any more."""
        return cls(shard.encode(), None)

    @property
    def value(self) -> bytes | None:
        """What the shard's key has from now on; None lets the topic drop it."""
        return None if self.checkpoint is None else self.checkpoint.value

    @property
    def events(self) -> int:
        """How many it holds."""
        return sum(len(record.events) for record in self.records)
