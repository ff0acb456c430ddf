"""In which order shards are carried: a log stream's events stay in theirs when Kinesis splits and merges shards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard and those that it was made of: none, the one that was split, or the two that were merged."""

    id: str
    parents: tuple[str, ...] = ()


def due(shards: Collection[Shard], carried: Collection[str]) -> Iterator[Shard]:
    """The shards that can be carried now: not at their end yet, and all of what came before them is on the topic.

    `carried` are the ids of shards at whose end the carrier is. A parent that the data stream no longer lists holds
    nothing that could still be carried.
    """
    waiting = {shard.id for shard in shards} - set(carried)
    for shard in shards:
        if shard.id in waiting and waiting.isdisjoint(shard.parents):
            yield shard


def gone(shards: Iterable[Shard], known: Iterable[str]) -> list[str]:
    """Of the known shards those that the data stream no longer has, in order."""
    return sorted(set(known) - {shard.id for shard in shards})
