"""Reading many things by name in few requests, although each is asked for on its own."""

import asyncio
import bisect
import itertools
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Final, Generic, Protocol, Self, TypeVar

from levee_infra.providers.protocol.batching import Batch, BatchLimits
from levee_infra.providers.protocol.burst import MAX_AGE_SECONDS, Burst
from levee_infra.providers.protocol.failures import FailedError


class Ordered(Hashable, Protocol):
    """A name that has a place among others."""

    def __lt__(self, other: Self, /) -> bool: ...


Name = TypeVar("Name", bound=Ordered)
T = TypeVar("T")

MAX_ITEMS: Final = 1_000

AHEAD_PER_ASKED: Final = 3
"""At most this many names are fetched ahead for each that was asked for: the price of others' topics in the cluster."""


class ReadAhead(Generic[Name, T]):
    """Answers reads by name; in a burst of them it fetches names that nobody has asked for yet.

    A refresh asks for a handful of names at a time, as many as the engine has workers. Each request of a burst
    takes along the names that follow in the cluster's list, more with every request, so a thousand reads in order
    need about ten requests. What was fetched ahead answers one read, within ``MAX_AGE_SECONDS``, and none after a
    write.
    """

    def __init__(
        self,
        read: Callable[[Sequence[Name]], Awaitable[Sequence[T | Exception]]],
        names: Callable[[], Awaitable[Sequence[Name]]],
    ) -> None:
        self._read = read
        self._names = names
        self._ahead: dict[Name, tuple[float, T]] = {}
        self._listed: list[Name] | None = None
        self._fetched: set[Name] = set()
        self._budget = 0
        self._writes = 0
        self._last = 0.0
        self._burst = Burst()
        limits = BatchLimits(items=MAX_ITEMS)
        self._readers: Batch[Name, T] = Batch(self._answer, key=lambda name: name, limits=limits)

    async def get(self, name: Name) -> T:
        """Return what ``name`` is, or raise what reading it raised."""
        return await self._readers.submit(name)

    def forget(self) -> None:
        """Note a write: nothing fetched before it is used any more."""
        self._ahead.clear()
        self._listed = None
        self._fetched.clear()
        self._budget = 0
        self._writes += 1

    async def _answer(self, names: Sequence[Name]) -> list[T | Exception]:
        now = asyncio.get_running_loop().time()
        if now - self._last > MAX_AGE_SECONDS:
            self.forget()  # another refresh: everything may be fetched again
        self._last = now
        self._budget += AHEAD_PER_ASKED * len(names)
        answers: dict[Name, T | Exception] = self._take(names)
        in_burst = self._burst.joined(names)
        missing = [name for name in names if name not in answers]
        if missing:
            ahead = await self._choose(names) if in_burst else []
            writes = self._writes
            values = await self._read([*missing, *ahead])
            now = asyncio.get_running_loop().time()
            answers.update(zip(missing, values, strict=False))
            if writes == self._writes:
                fetched = zip(ahead, values[len(missing) :], strict=True)
                self._ahead.update({name: (now, value) for name, value in fetched if not isinstance(value, Exception)})
        return [answers[name] for name in names]

    def _take(self, names: Sequence[Name]) -> dict[Name, T | Exception]:
        oldest = asyncio.get_running_loop().time() - MAX_AGE_SECONDS
        taken = {name: self._ahead.pop(name) for name in names if name in self._ahead}
        return {name: value for name, (fetched, value) in taken.items() if fetched >= oldest}

    async def _choose(self, names: Sequence[Name]) -> list[Name]:
        """Choose what to fetch along with ``names``: what follows them in the list, then what precedes them.
        A caller that may not list can still read.
        """
        if self._listed is None:
            try:
                self._listed = sorted(await self._names())
            except FailedError:
                self._listed = []
        self._fetched.update(names)
        start = bisect.bisect(self._listed, max(names))
        unread = (name for name in self._listed[start:] + self._listed[:start] if name not in self._fetched)
        chosen = list(itertools.islice(unread, min(self._budget, MAX_ITEMS - len(names))))
        self._fetched.update(chosen)
        self._budget -= len(chosen)
        return chosen
