"""One reading shared by many: list a cluster once for all the resources that are being read."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from infra.providers.batching import Batch, BatchLimits

T = TypeVar("T")

BURST: Final = 4
"""This many readers at once are a refresh of a whole stack: what they read is kept for the next ones."""

MAX_AGE_SECONDS: Final = 2.0


class Snapshot(Generic[T]):
    """A value that is expensive to load and read by many.

    Readers that come together share one load. After a burst of them the value serves those who come within
    ``MAX_AGE_SECONDS`` too; a lone reader always gets a new one. A write calls :meth:`forget`, and nobody who
    comes after that sees anything loaded before it.
    """

    def __init__(self, load: Callable[[], Awaitable[T]]) -> None:
        self._load = load
        self._kept: tuple[float, T] | None = None
        self._writes = 0
        self._readers: Batch[bool, T] = Batch(self._answer, limits=BatchLimits(items=10_000))

    async def get(self) -> T:
        """Return the value, at most ``MAX_AGE_SECONDS`` old and never from before the last write."""
        return await self._readers.submit(False)  # noqa: FBT003 - the item is the wish for a new load

    async def fresh(self) -> T:
        """Return a value whose loading begins after this call."""
        return await self._readers.submit(True)  # noqa: FBT003 - the item is the wish for a new load

    def forget(self) -> None:
        """Note a write: what was loaded before it is of no use to anyone any more."""
        self._kept = None
        self._writes += 1

    async def _answer(self, wants_fresh: Sequence[bool]) -> list[T]:
        now = asyncio.get_running_loop().time()
        if self._kept is not None and not any(wants_fresh) and now - self._kept[0] < MAX_AGE_SECONDS:
            return [self._kept[1]] * len(wants_fresh)
        writes = self._writes
        value = await self._load()
        is_current = writes == self._writes
        if is_current and len(wants_fresh) >= BURST:
            self._kept = (asyncio.get_running_loop().time(), value)
        return [value] * len(wants_fresh)
