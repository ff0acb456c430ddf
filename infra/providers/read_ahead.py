"""Reading many things by name in few requests, although each is asked for on its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from infra.providers.batching import Batch, BatchLimits
from infra.providers.snapshot import BURST

T = TypeVar("T")

MAX_AGE_SECONDS: Final = 10.0
MAX_ITEMS: Final = 1_000


class ReadAhead(Generic[T]):
    """Answers reads by name; in a burst of them it fetches names that nobody has asked for yet.

    A refresh asks for a handful of names at a time, as many as the engine has workers. Each request of a
    burst takes along as many further names as have been asked for so far, so a thousand reads need about
    ten requests and never more than twice the work. What was fetched ahead answers one read, within
    ``MAX_AGE_SECONDS``, and none after a write.
    """

    def __init__(
        self,
        read: Callable[[Sequence[str]], Awaitable[Sequence[T | Exception]]],
        names: Callable[[], Awaitable[Sequence[str]]],
    ) -> None:
        self._read = read
        self._names = names
        self._ahead: dict[str, tuple[float, T]] = {}
        self._unread: dict[str, None] | None = None
        self._asked = 0
        self._writes = 0
        self._readers: Batch[str, T] = Batch(self._answer, key=str, limits=BatchLimits(items=MAX_ITEMS))

    async def get(self, name: str) -> T:
        """Return what ``name`` is, or raise what reading it raised."""
        return await self._readers.submit(name)

    def forget(self) -> None:
        """Note a write: nothing fetched before it is used any more."""
        self._ahead.clear()
        self._unread = None
        self._asked = 0
        self._writes += 1

    async def _answer(self, names: Sequence[str]) -> list[T | Exception]:
        answers: dict[str, T | Exception] = self._take(names)
        missing = [name for name in names if name not in answers]
        if missing:
            ahead = await self._choose(names) if len(names) >= BURST else []
            writes = self._writes
            values = await self._read([*missing, *ahead])
            now = asyncio.get_running_loop().time()
            answers.update(zip(missing, values, strict=False))
            if writes == self._writes:
                fetched = zip(ahead, values[len(missing) :], strict=True)
                self._ahead.update({name: (now, value) for name, value in fetched if not isinstance(value, Exception)})
        self._asked += len(names)
        return [answers[name] for name in names]

    def _take(self, names: Sequence[str]) -> dict[str, T | Exception]:
        oldest = asyncio.get_running_loop().time() - MAX_AGE_SECONDS
        taken = {name: self._ahead.pop(name) for name in names if name in self._ahead}
        return {name: value for name, (fetched, value) in taken.items() if fetched >= oldest}

    async def _choose(self, names: Sequence[str]) -> list[str]:
        if self._unread is None:
            self._unread = dict.fromkeys(await self._names())
        for name in names:
            self._unread.pop(name, None)
        chosen = list(self._unread)[: min(self._asked, MAX_ITEMS - len(names))]
        for name in chosen:
            del self._unread[name]
        return chosen
