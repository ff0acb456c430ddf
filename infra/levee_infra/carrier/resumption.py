"""What the checkpoints that were kept mean for the data stream as it is now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from levee_infra.carrier.checkpoint import Checkpoint
from levee_infra.carrier.shards import Shard, gone

UNSEEN: Final = 0
"""Initial watermark of an unread shard."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """Where to go on.

    `positions` are the checkpoints of this very data stream, by shard; `superseded` tell how far an earlier one with
    its name was carried before it was removed. `cut_off` are those of shards that went with their time before all of
    them was carried, `forgotten` the shards whose checkpoints nobody needs any more.
    """

    positions: Mapping[str, Checkpoint]
    superseded: tuple[Checkpoint, ...]
    cut_off: tuple[Checkpoint, ...]
    forgotten: tuple[str, ...]


def resume(kept: Mapping[str, Checkpoint], shards: Collection[Shard], created: int) -> Resumption:
    """Compare checkpoints, by shard, with the shards that there are. `created`: when the data stream was made."""
    positions = {shard: each for shard, each in kept.items() if each.created == created}
    children = [shard for shard in shards if shard.id not in positions]
    needed = positions.keys() & {parent for child in children for parent in child.parents}
    missing = gone(shards, kept)
    return Resumption(
        positions=positions,
        superseded=_ends([each for each in kept.values() if each.created != created]),
        cut_off=tuple(positions[shard] for shard in missing if shard in positions and not positions[shard].closed),
        forgotten=tuple(shard for shard in missing if shard not in needed),
    )


def beginning(shard: Shard, positions: Mapping[str, Checkpoint], data_stream: str, created: int) -> Checkpoint:
    """Where to begin a shard: at its checkpoint, or else with its oldest record. As long as its parents were carried,
    nothing of it can be missing.
    """
    if shard.id in positions:
        return positions[shard.id]
    parents = [positions[parent].until for parent in shard.parents if parent in positions]
    until = min(parents, default=UNSEEN)
    return Checkpoint(
        data_stream=data_stream, created=created, shard=shard.id, sequence=None, arrival=None, until=until
    )


def _ends(checkpoints: Sequence[Checkpoint]) -> tuple[Checkpoint, ...]:
    """Those at which carrying stopped. Where all shards were carried to their end, their children hadn't begun."""
    return tuple(each for each in checkpoints if not each.closed) or tuple(checkpoints)
