"""One reading shared by many: list a cluster once for all the resources that are being read."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from levee_infra.providers.protocol.batching import Batch, BatchLimits
from levee_infra.providers.protocol.burst import MAX_AGE_SECONDS, Burst

T = TypeVar("T")

LATELY_SECONDS: Final = 2.0
"""How old what decides on a change may be."""


@dataclass(frozen=True, slots=True)
class _Reader:
    thing: Hashable
    max_age: float


class Snapshot(Generic[T]):
    """A value that is expensive to load and read by many, each on behalf of one thing.

    Readers that come together share one load. In a burst of them the value serves those who come later, too, as long
    as it isn't too old for them; a lone reader always gets a new one. A write calls :meth:`forget`, and nobody who
    comes after that sees anything loaded before it.
    """

    def __init__(self, load: Callable[[], Awaitable[T]]) -> None:
        self._load = load
        self._kept: tuple[float, T] | None = None
        self._writes = 0
        self._burst = Burst()
        self._readers: Batch[_Reader, T] = Batch(self._answer, limits=BatchLimits(items=10_000))

    async def get(self, thing: Hashable, max_age: float = MAX_AGE_SECONDS) -> T:
        """Return the value, at most so many seconds old and never from before the last write."""
        return await self._readers.submit(_Reader(thing, max_age))

    async def fresh(self) -> T:
        """Return a value whose loading begins after this call."""
        return await self._readers.submit(_Reader(None, max_age=0.0))

    def forget(self) -> None:
        """Note a write: what was loaded before it is of no use to anyone any more."""
        self._kept = None
        self._writes += 1

    async def _answer(self, readers: Sequence[_Reader]) -> list[T]:
        now = asyncio.get_running_loop().time()
        in_burst = self._burst.joined(reader.thing for reader in readers)
        if self._kept is not None and now - self._kept[0] < min(reader.max_age for reader in readers):
            return [self._kept[1]] * len(readers)
        writes = self._writes
        value = await self._load()
        if in_burst and writes == self._writes:
            self._kept = (asyncio.get_running_loop().time(), value)
        return [value] * len(readers)
