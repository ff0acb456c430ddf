"""What the topic takes of the carrier, by its declared settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

LARGEST_BATCH: Final = 1_000_000
"""Bytes; librdkafka's own default."""

SMALLEST_BATCH: Final = 1024
BATCH_OVERHEAD: Final = 512
"""Bytes by which a batch may be larger than what librdkafka counts of it."""

HOUR_MS: Final = 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a topic: the bytes that go into one batch where it holds several events, and the milliseconds by which an
    event's time may be ahead of when it came in.

    An event that is larger than a batch travels alone: only of such a one is it known that it is itself too large.
    """

    batch_bytes: int
    ahead_ms: int

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Self:
        """Those of a topic with these settings; where it declares none, brokers' defaults hold.

        Brokers refuse a batch that is larger than max.message.bytes, and times that are further ahead of their own than
        message.timestamp.after.max.ms: half of that is left to clocks that differ.
        """
        largest = int(settings.get("max.message.bytes", LARGEST_BATCH + BATCH_OVERHEAD))
        after = int(settings.get("message.timestamp.after.max.ms", HOUR_MS))
        return cls(max(SMALLEST_BATCH, min(LARGEST_BATCH, largest - BATCH_OVERHEAD)), after // 2)
