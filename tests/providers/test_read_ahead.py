"""Reads by name in few requests: right answers, few requests, bounded waste."""

import asyncio
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.read_ahead import AHEAD_PER_ASKED, ReadAhead
from tests.support.passing_time import passing


class Shelf:
    """Things by name; remembers each request."""

    def __init__(self, size: int) -> None:
        self.things = {f"thing-{number}": number for number in range(size)}
        self.requests: list[list[str]] = []

    async def read(self, names: Sequence[str]) -> list[int | Exception]:
        self.requests.append(list(names))
        await asyncio.sleep(0)
        return [self.things.get(name, KeyError(name)) for name in names]

    async def names(self) -> list[str]:
        return sorted(self.things)


async def read_all(ahead: ReadAhead[str, int], names: Sequence[str], workers: int) -> list[int | BaseException]:
    room = asyncio.Semaphore(workers)

    async def read(name: str) -> int:
        async with room:
            return await ahead.get(name)

    return await asyncio.gather(*map(read, names), return_exceptions=True)


async def test_a_refresh_of_a_thousand_in_order_takes_a_handful_of_requests() -> None:
    shelf = Shelf(1_000)
    ahead = ReadAhead(shelf.read, shelf.names)
    names = await shelf.names()
    assert await read_all(ahead, names, workers=8) == [shelf.things[name] for name in names]
    assert len(shelf.requests) <= 10


async def test_out_of_order_it_still_takes_far_fewer_than_batches() -> None:
    shelf = Shelf(1_000)
    names = await shelf.names()
    random.Random(7).shuffle(names)
    await read_all(ReadAhead(shelf.read, shelf.names), names, workers=8)
    assert len(shelf.requests) <= 50


def test_a_refresh_one_by_one_takes_a_handful_of_requests_too() -> None:
    shelf = Shelf(1_000)

    async def read_one_by_one() -> None:
        ahead = ReadAhead(shelf.read, shelf.names)
        for name in await shelf.names():
            assert await ahead.get(name) == shelf.things[name]
            await asyncio.sleep(0.005)

    passing(read_one_by_one())
    assert len(shelf.requests) <= 20


async def test_who_may_not_list_reads_each() -> None:
    shelf = Shelf(32)

    async def refused() -> list[str]:
        raise FailedError("not allowed")

    names = await shelf.names()
    assert await read_all(ReadAhead(shelf.read, refused), names, workers=8) == [shelf.things[name] for name in names]
    assert sorted(name for request in shelf.requests for name in request) == names


async def test_strangers_names_cost_a_bounded_number() -> None:
    shelf = Shelf(10_000)
    mine = [name for name in shelf.things if name.endswith("7")][:100]
    await read_all(ReadAhead(shelf.read, shelf.names), mine, workers=8)
    assert sum(map(len, shelf.requests)) <= (1 + AHEAD_PER_ASKED) * len(mine)


async def test_lone_reads_fetch_nothing_else_and_are_always_new() -> None:
    shelf = Shelf(100)
    ahead = ReadAhead(shelf.read, shelf.names)
    for name in ("thing-1", "thing-2", "thing-1"):
        await ahead.get(name)
    assert shelf.requests == [["thing-1"], ["thing-2"], ["thing-1"]]


async def test_nothing_fetched_before_a_write_is_used_after_it() -> None:
    shelf = Shelf(64)
    ahead = ReadAhead(shelf.read, shelf.names)
    await read_all(ahead, [f"thing-{number}" for number in range(32)], workers=8)
    shelf.things = {name: number + 1_000 for name, number in shelf.things.items()}
    ahead.forget()
    answers = await read_all(ahead, [f"thing-{number}" for number in range(32, 64)], workers=8)
    assert answers == [number + 1_000 for number in range(32, 64)]


async def test_an_error_is_its_own_readers_only() -> None:
    shelf = Shelf(8)
    ahead = ReadAhead(shelf.read, shelf.names)
    good, bad = await read_all(ahead, ["thing-1", "no-such"], workers=8)
    assert good == 1
    assert isinstance(bad, KeyError)
    with pytest.raises(KeyError):
        await ahead.get("no-such")


@given(
    size=st.integers(min_value=0, max_value=60),
    wanted=st.lists(st.integers(min_value=0, max_value=70), max_size=80),
    workers=st.integers(min_value=1, max_value=16),
)
def test_every_reader_gets_its_own_answer(size: int, wanted: list[int], workers: int) -> None:
    async def run() -> list[int | BaseException]:
        shelf = Shelf(size)
        return await read_all(ReadAhead(shelf.read, shelf.names), [f"thing-{n}" for n in wanted], workers)

    for number, answer in zip(wanted, asyncio.run(run()), strict=True):
        assert answer == number if number < size else isinstance(answer, KeyError)
