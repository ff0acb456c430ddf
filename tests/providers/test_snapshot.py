"""One reading for many readers, and never one from before a write."""

import asyncio

from infra.providers.snapshot import BURST, Snapshot


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
    assert await asyncio.gather(*(snapshot.get() for _ in range(50))) == [0] * 50
    assert counter.loads == 1


async def test_after_a_burst_later_readers_share_it_too() -> None:
    counter = Counter()
    snapshot = Snapshot(counter.load)
    for _ in range(10):
        await asyncio.gather(*(snapshot.get() for _ in range(BURST)))
    assert counter.loads == 1


async def test_a_lone_reader_always_gets_a_new_one() -> None:
    counter = Counter()
    snapshot = Snapshot(counter.load)
    assert await snapshot.get() == 0
    counter.value = 1
    assert await snapshot.get() == 1


async def test_a_write_ends_what_was_kept() -> None:
    counter = Counter()
    snapshot = Snapshot(counter.load)
    await asyncio.gather(*(snapshot.get() for _ in range(BURST)))
    counter.value = 1
    snapshot.forget()
    assert await snapshot.get() == 1


async def test_a_load_that_a_write_overtook_is_not_kept() -> None:
    counter = Counter()
    counter.gate = asyncio.Event()
    snapshot = Snapshot(counter.load)
    early = [asyncio.create_task(snapshot.get()) for _ in range(BURST)]
    await asyncio.sleep(0.05)
    counter.value = 1
    snapshot.forget()
    late = asyncio.create_task(snapshot.get())
    counter.gate.set()
    assert await asyncio.gather(*early) == [0] * BURST
    assert await late == 1


async def test_fresh_is_loaded_after_the_call_even_in_a_burst() -> None:
    counter = Counter()
    snapshot = Snapshot(counter.load)
    await asyncio.gather(*(snapshot.get() for _ in range(BURST)))
    counter.value = 1
    assert await snapshot.fresh() == 1
