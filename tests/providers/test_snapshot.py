"""One reading for many readers, and never one from before a write."""

import asyncio

from levee_infra.providers.protocol.burst import BURST, MAX_AGE_SECONDS, PAUSE_SECONDS
from levee_infra.providers.protocol.snapshot import LATELY_SECONDS, Snapshot
from tests.support.passing_time import passing


class Counter:
    """A cluster whose only fact is a number; remembers how often it was asked."""

    def __init__(self) -> None:
        self.value = 0
        self.loads = 0
        self.gate: asyncio.Event | None = None

    async def load(self) -> int:
        self.loads += 1
        value = self.value
        if self.gate is not None:
            await self.gate.wait()
        return value


async def test_concurrent_readers_share_one_load() -> None:
    counter = Counter()
    snapshot = Snapshot(counter.load)
    assert await asyncio.gather(*(snapshot.get(number) for number in range(50))) == [0] * 50
    assert counter.loads == 1


async def test_after_a_burst_later_readers_share_it_too() -> None:
    counter = Counter()
    snapshot = Snapshot(counter.load)
    for _ in range(10):
        await asyncio.gather(*(snapshot.get(number) for number in range(BURST)))
    assert counter.loads == 1


async def test_a_lone_reader_always_gets_a_new_one() -> None:
    counter = Counter()
    snapshot = Snapshot(counter.load)
    assert await snapshot.get("thing") == 0
    counter.value = 1
    assert await snapshot.get("thing") == 1


def test_readers_one_after_the_other_are_a_burst_too() -> None:
    counter = Counter()

    async def read_all() -> None:
        snapshot = Snapshot(counter.load)
        for number in range(200):
            await snapshot.get(number)
            await asyncio.sleep(MAX_AGE_SECONDS / 100)

    passing(read_all())
    assert counter.loads <= BURST + 3


def test_who_goes_on_to_change_something_gets_a_younger_one() -> None:
    counter = Counter()

    async def read() -> None:
        snapshot = Snapshot(counter.load)
        await asyncio.gather(*(snapshot.get(number) for number in range(BURST)))
        counter.value = 1
        await asyncio.sleep(LATELY_SECONDS)
        assert await snapshot.get("seen") == 0
        assert await snapshot.get("changed", LATELY_SECONDS) == 1

    passing(read())


def test_one_that_asks_again_and_again_gets_a_new_one_each_time() -> None:
    counter = Counter()

    async def read_again() -> None:
        snapshot = Snapshot(counter.load)
        for number in range(20):
            counter.value = number
            assert await snapshot.get("thing") == number

    passing(read_again())


def test_after_a_pause_a_lone_reader_is_no_part_of_what_was_before() -> None:
    counter = Counter()

    async def read_slowly() -> None:
        snapshot = Snapshot(counter.load)
        for number in range(20):
            counter.value = number
            assert await snapshot.get(number) == number
            await asyncio.sleep(PAUSE_SECONDS * 1.01)

    passing(read_slowly())


async def test_a_write_ends_what_was_kept() -> None:
    counter = Counter()
    snapshot = Snapshot(counter.load)
    await asyncio.gather(*(snapshot.get(number) for number in range(BURST)))
    counter.value = 1
    snapshot.forget()
    assert await snapshot.get("thing") == 1


async def test_a_load_that_a_write_overtook_is_not_kept() -> None:
    counter = Counter()
    counter.gate = asyncio.Event()
    snapshot = Snapshot(counter.load)
    early = [asyncio.create_task(snapshot.get(number)) for number in range(BURST)]
    await asyncio.sleep(0.05)
    counter.value = 1
    snapshot.forget()
    late = asyncio.create_task(snapshot.get("thing"))
    counter.gate.set()
    assert await asyncio.gather(*early) == [0] * BURST
    assert await late == 1


async def test_fresh_is_loaded_after_the_call_even_in_a_burst() -> None:
    counter = Counter()
    snapshot = Snapshot(counter.load)
    await asyncio.gather(*(snapshot.get(number) for number in range(BURST)))
    counter.value = 1
    assert await snapshot.fresh() == 1
