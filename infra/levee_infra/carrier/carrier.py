"""One carrier at work: its shards, its transactions, from its start to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from levee.clock import Clock
from levee.diagnostics import LeveeError
from levee_infra.carrier.aws_failures import answer, require_passing
from levee_infra.carrier.checkpoint import Checkpoint
from levee_infra.carrier.commits import Commits
from levee_infra.carrier.envelope import Envelope
from levee_infra.carrier.kinesis import DataStream, Summary
from levee_infra.carrier.portion import Portion
from levee_infra.carrier.report import AWAY, REMOVED, Report
from levee_infra.carrier.resumption import UNSEEN, beginning, resume
from levee_infra.carrier.route import Route
from levee_infra.carrier.shard_reader import MOST_IN_HAND, ShardContext, ShardReader, Skips
from levee_infra.carrier.shards import Shard, due
from levee_infra.carrier.transaction.kept_checkpoints import read_checkpoints
from levee_infra.carrier.transaction.limits import Limits
from levee_infra.carrier.transaction.transactions import Transactions
from levee_infra.providers.protocol.failures import FailedError

REFRESH_S: Final = 60.0
"""Interval between listings of shards while none has ended; a shard that ends is followed by its children at once."""

RETRY_S: Final = 5.0
"""After so long it is asked for again where AWS didn't answer."""

LOOK_S: Final = 1.0
"""Progress check interval."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a carrier is to do: pass over `skips`, and end at the tip of the data stream or never."""

    route: Route
    skips: Skips
    stops_at_tip: bool


class Carrier:
    """Carries until asked to stop. `login` are librdkafka's settings, `limits` the topic's."""

    def __init__(
        self, task: Task, stream: DataStream, login: Mapping[str, str], limits: Limits, report: Report, clock: Clock
    ) -> None:
        self._task, self._route, self._stream, self._report, self._clock = task, task.route, stream, report, clock
        self._login = login
        self._kafka = ThreadPoolExecutor(1, thread_name_prefix="kafka")
        self._transactions = Transactions(task.route, login, limits, report.say)
        self._commits = Commits(self._transactions, self._kafka, report)
        self._positions: dict[str, Checkpoint] = {}
        self._kept: Collection[str] = ()
        self._readers: dict[str, ShardReader] = {}
        self._running: dict[asyncio.Task[None], str] = {}
        self._in_hand = asyncio.Semaphore(MOST_IN_HAND)

    async def run(self, summary: Summary) -> None:
        """Carry. Returns at the tip of the data stream, if that is the task. Raises LeveeError, Left."""
        self._summary = summary
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._kafka, self._transactions.open)
        kept = await loop.run_in_executor(
            self._kafka, read_checkpoints, self._route, self._login, self._transactions.is_leaving
        )
        shards = await answer(self._stream.shards, self._report)
        committing = asyncio.create_task(self._commits.run())
        try:
            await self._begin(kept, shards, committing)
            await self._follow(shards, committing)
        except asyncio.CancelledError:
            for task in (committing, *self._running):
                if task.done():
                    task.result()  # what it failed with counts for more than that somebody ends the run
            raise
        finally:
            await _cancel({committing, *self._running})

    async def leave(self) -> None:
        """Let the transaction under way end, and begin none any more."""
        await self._commits.leave()

    def close(self) -> None:
        """Let go of the thread, which may have to wait for Kafka once more."""
        self._transactions.leave()
        self._kafka.shutdown(cancel_futures=True)

    async def _begin(
        self, kept: Mapping[str, Checkpoint], shards: Collection[Shard], committing: asyncio.Task[None]
    ) -> None:
        """Take up where checkpoints are, and drop those that nobody needs."""
        found = resume(kept, shards, self._summary.created)
        self._positions, self._kept = dict(found.positions), frozenset(found.positions)
        known = len(found.positions.keys() & {shard.id for shard in shards})
        self._report.say(
            f"carrying {self._route}: {len(shards)} shards, {known} of them from where they stopped, the others from "
            "their oldest record"
        )
        if found.superseded:
            self._report.say(
                "note: the data stream was made anew since the last checkpoints: it is carried from its start"
            )
        oldest = self._clock.milliseconds() - self._summary.retention
        for checkpoint in found.cut_off:
            self._report.lost(checkpoint.shard, checkpoint.until, oldest, AWAY)
        for checkpoint in found.superseded:
            self._report.lost(checkpoint.shard, checkpoint.until, max(oldest, self._summary.created), REMOVED)
        forgotten = map(Portion.forgetting, found.forgotten)
        await _first(committing, [asyncio.create_task(self._commits.commit(each)) for each in forgotten])

    async def _follow(self, shards: Collection[Shard], committing: asyncio.Task[None]) -> None:
        """Carry shards as they fall due, and see whether others have come: at once where one has ended."""
        clock = asyncio.get_running_loop().time
        is_current, refresh_at = True, clock() + REFRESH_S
        while True:
            for shard in due(shards, [shard for shard, each in self._positions.items() if each.closed]):
                if shard.id not in self._readers:
                    self._start(shard)
            if not self._running and is_current and self._task.stops_at_tip:
                return
            done, _ = await asyncio.wait(
                {committing, *self._running}, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                task.result()
            if any([*map(self._is_closed_now, done)]):  # each is taken note of
                is_current, refresh_at = False, clock()
            if clock() >= refresh_at:
                found = await self._refresh()
                shards, is_current = found or shards, is_current or found is not None
                refresh_at = clock() + (RETRY_S if found is None else REFRESH_S)
            self._report.progress(self._behind)

    def _start(self, shard: Shard) -> None:
        around = ShardContext(
            stream=self._stream,
            envelope=Envelope(self._route.account, self._route.log_group),
            commits=self._commits,
            report=self._report,
            skips=self._task.skips,
            retention=lambda: self._summary.retention,
            stops_at_tip=self._task.stops_at_tip,
            in_hand=self._in_hand,
            clock=self._clock,
        )
        position = beginning(shard, self._positions, self._route.name, self._summary.created)
        reader = ShardReader(around, position, is_kept=shard.id in self._kept)
        self._readers[shard.id] = reader
        self._running[asyncio.create_task(reader.carry())] = shard.id

    def _is_closed_now(self, task: asyncio.Task[None]) -> bool:
        """Take note of where a shard's reader has ended; whether that is the end of the shard."""
        shard = self._running.pop(task, None)
        if shard is None:
            return False
        self._positions[shard] = self._readers[shard].position
        return self._positions[shard].closed

    async def _refresh(self) -> Collection[Shard] | None:
        """The shards as they are now; None where AWS can't be asked just now."""
        try:
            summary = await self._stream.summary()
            if summary.created != self._summary.created:
                raise LeveeError(
                    f"the data stream {self._route.name} was removed and made anew while it was carried",
                    "start again: it is carried from its start, and what may be lost is reported",
                )
            self._summary = summary
            return await self._stream.shards()
        except FailedError as error:
            require_passing(error)
            self._report.trouble(str(error), RETRY_S)
            return None

    def _behind(self) -> int:
        """In milliseconds, of the shard that is furthest behind."""
        untils = (self._readers[shard].position.until for shard in self._running.values())
        return max((self._clock.milliseconds() - until for until in untils if until != UNSEEN), default=0)


async def _first(committing: asyncio.Task[None], tasks: Collection[asyncio.Task[None]]) -> None:
    """Wait for all tasks, or for the end of committing, which is a failure."""
    try:
        waiting = set(tasks)
        while waiting:
            done, _ = await asyncio.wait({committing, *waiting}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if committing in done:
                return
            waiting -= done
    finally:
        await _cancel(set(tasks))


async def _cancel(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
