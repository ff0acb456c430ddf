"""Where a run goes on: what is known of shards that are there, that went, and that were another data stream's."""

from __future__ import annotations

from typing import Final

from levee_infra.carrier.checkpoint import Checkpoint
from levee_infra.carrier.resumption import UNSEEN, beginning, resume
from levee_infra.carrier.shards import Shard

CREATED: Final = 1_795_000_000_000
A, B, C, D = "shard-a", "shard-b", "shard-c", "shard-d"
SPLIT: Final = (Shard(B, (A,)), Shard(C, (A,)))
"""A is listed no longer, and was before these."""


def kept(shard: str, *, until: int = 7, closed: bool = False, created: int = CREATED) -> Checkpoint:
    return Checkpoint(
        data_stream="logs", created=created, shard=shard, sequence="49", arrival=5, until=until, closed=closed
    )


def by_shard(*checkpoints: Checkpoint) -> dict[str, Checkpoint]:
    return {each.shard: each for each in checkpoints}


def test_without_checkpoints_all_is_to_be_carried() -> None:
    found = resume({}, SPLIT, CREATED)
    assert (found.positions, found.superseded, found.cut_off, found.forgotten) == ({}, (), (), ())
    begun = beginning(SPLIT[0], found.positions, "logs", CREATED)
    assert (begun.sequence, begun.arrival, begun.until, begun.closed) == (None, None, UNSEEN, False)


def test_a_shard_goes_on_at_its_checkpoint() -> None:
    checkpoints = by_shard(kept(B), kept(C, closed=True))
    found = resume(checkpoints, SPLIT, CREATED)
    assert (found.positions, found.superseded, found.cut_off, found.forgotten) == (checkpoints, (), (), ())
    assert beginning(SPLIT[0], found.positions, "logs", CREATED) == checkpoints[B]


def test_a_shard_that_went_after_its_end_is_forgotten_as_soon_as_its_children_have_checkpoints() -> None:
    assert resume(by_shard(kept(A, closed=True), kept(B)), SPLIT, CREATED).forgotten == ()
    found = resume(by_shard(kept(A, closed=True), kept(B), kept(C)), SPLIT, CREATED)
    assert (found.forgotten, found.cut_off) == ((A,), ())


def test_a_shard_that_went_before_its_end_was_carried_is_cut_off() -> None:
    found = resume(by_shard(kept(A)), SPLIT, CREATED)
    assert (found.cut_off, found.forgotten) == ((kept(A),), ())


def test_a_child_begins_where_the_last_of_its_parents_was_carried() -> None:
    merged = Shard(D, (B, C))
    positions = by_shard(kept(B, until=9, closed=True), kept(C, until=8, closed=True))
    begun = beginning(merged, positions, "logs", CREATED)
    assert (begun.sequence, begun.until) == (None, 8)


def test_checkpoints_of_a_data_stream_that_was_there_before_tell_only_where_it_was_left() -> None:
    earlier = by_shard(kept(A, created=1), kept(B, created=1), kept(D, created=1, closed=True))
    found = resume(earlier, SPLIT, CREATED)
    assert (found.positions, found.cut_off, found.forgotten) == ({}, (), (A, D))
    assert found.superseded == (kept(A, created=1), kept(B, created=1))
    assert beginning(SPLIT[0], found.positions, "logs", CREATED).until == UNSEEN


def test_where_all_shards_of_an_earlier_data_stream_had_ended_their_children_were_left() -> None:
    earlier = kept(A, created=1, closed=True)
    assert resume(by_shard(earlier), SPLIT, CREATED).superseded == (earlier,)
