"""Portions of all shards to one producer: what waits while a transaction commits goes into the next, together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from levee_infra.carrier.portion import Portion
from levee_infra.carrier.report import Report
from levee_infra.carrier.transaction.failure import Left, TryAgain

MOST_AT_ONCE: Final = 8
"""Portions in one transaction."""

LONGEST_PAUSE_S: Final = 30.0


def pauses() -> Iterator[float]:
    """Seconds to wait before each further try."""
    seconds = 1.0
    while True:
        yield seconds
        seconds = min(seconds * 2, LONGEST_PAUSE_S)


class Writer(Protocol):
    """What commits portions, blocking."""

    def write(self, portions: Sequence[Portion]) -> None:
        """Commit them all or none. Raises TryAgain, LeveeError, Left."""

    def leave(self) -> None:
        """Don't wait much longer."""


class Commits:
    """Commits what shards submit, for as long as `run` runs. A shard submits one portion at a time."""

    def __init__(self, writer: Writer, threads: ThreadPoolExecutor, report: Report) -> None:
        self._writer, self._threads, self._report = writer, threads, report
        self._waiting: asyncio.Queue[tuple[Portion, asyncio.Future[None]]] = asyncio.Queue()
        self._leaving = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def commit(self, portion: Portion) -> None:
        """Return when the portion is committed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._waiting.put((portion, done))
        await done

    async def run(self) -> None:
        """Commit until a failure that lasts, which is raised: LeveeError; or until asked to stop."""
        while not self._leaving.is_set():
            taken = [await self._waiting.get()]
            while len(taken) < MOST_AT_ONCE and not self._waiting.empty():
                taken.append(self._waiting.get_nowait())
            self._idle.clear()
            try:
                await self._write([portion for portion, _ in taken])
            except Left:
                self._report.say(
                    "warning: Kafka didn't answer in time: the next run sees whether what was under way is committed"
                )
                return
            finally:
                self._idle.set()
            for portion, done in taken:
                self._report.carried(portion)
                if not done.done():
                    done.set_result(None)

    async def leave(self) -> None:
        """Begin no transaction any more, and return when the one under way has ended."""
        self._leaving.set()
        self._writer.leave()
        await self._idle.wait()

    async def _write(self, portions: Sequence[Portion]) -> None:
        loop = asyncio.get_running_loop()
        for pause in pauses():
            work: Callable[[], None] = lambda: self._writer.write(portions)  # noqa: E731
            try:
                await loop.run_in_executor(self._threads, work)
            except TryAgain as failed:
                if self._leaving.is_set():
                    raise Left from None
                self._report.trouble(f"a transaction was taken back: {failed}", pause)
                await self._pause(pause)
            else:
                return

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._leaving.wait(), seconds)
        except TimeoutError:
            return
        raise Left
