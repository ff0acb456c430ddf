"""Which shards are due: parents before children, through any history of splits and mergers."""

from __future__ import annotations

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from levee_infra.carrier.shards import Shard, due, gone

A, B, C, D, E = "abcde"
SPLIT: Final = (Shard(A), Shard(B), Shard(C, (A,)), Shard(D, (A,)), Shard(E, (B, C)))


@st.composite
def histories(draw: st.DrawFn) -> list[Shard]:
    """Shards as a data stream lists them that was resharded again and again."""
    shards = [Shard(str(number)) for number in range(draw(st.integers(1, 3)))]
    leaves = [shard.id for shard in shards]
    parents: tuple[str, ...]
    for _ in range(draw(st.integers(0, 8))):
        if len(leaves) > 1 and draw(st.booleans()):
            parents, count = (leaves.pop(draw(st.integers(0, len(leaves) - 1))), leaves.pop()), 1
        else:
            parents, count = (leaves.pop(draw(st.integers(0, len(leaves) - 1))),), 2
        children = [Shard(str(len(shards) + number), parents) for number in range(count)]
        shards += children
        leaves += [child.id for child in children]
    return shards


@given(histories(), st.data())
def test_each_is_carried_once_and_after_all_before_it(shards: list[Shard], data: st.DataObject) -> None:
    listed = data.draw(st.permutations(shards))
    trimmed = data.draw(st.integers(0, len(shards) - 1))  # the oldest are the first to go
    listed = [shard for shard in listed if int(shard.id) >= trimmed]
    order: list[str] = []
    while found := list(due(listed, order)):
        order.append(data.draw(st.sampled_from(found)).id)
    assert sorted(order) == sorted(shard.id for shard in listed)
    place = {shard: number for number, shard in enumerate(order)}
    for shard in listed:
        assert all(place[parent] < place[shard.id] for parent in shard.parents if parent in place)


def test_a_child_waits_for_both_that_were_merged() -> None:
    assert [shard.id for shard in due(SPLIT, ())] == [A, B]
    assert [shard.id for shard in due(SPLIT, {A})] == [B, C, D]
    assert [shard.id for shard in due(SPLIT, {A, C})] == [B, D]
    assert [shard.id for shard in due(SPLIT, {A, B, C})] == [D, E]


def test_a_parent_that_is_no_longer_listed_holds_nobody_up() -> None:
    assert [shard.id for shard in due(SPLIT[2:], ())] == [C, D]


def test_what_is_no_longer_listed_is_gone() -> None:
    assert gone(SPLIT[2:], {D, A, B}) == [A, B]
