"""One shard, from where its checkpoint is to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from levee.clock import Clock
from levee.diagnostics import LeveeError
from levee_infra.carrier.aws_failures import require_passing
from levee_infra.carrier.checkpoint import Checkpoint
from levee_infra.carrier.commits import Commits, pauses
from levee_infra.carrier.envelope import Envelope, Unreadable
from levee_infra.carrier.kinesis import HOUR_MS, Answer, DataStream, Record
from levee_infra.carrier.portion import CarriedRecord, Portion
from levee_infra.carrier.report import Report, moment
from levee_infra.carrier.resumption import UNSEEN
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.targets.aws.api import AwsError

IDLE_S: Final = 1.0
BUSY_S: Final = 0.2
"""Between two looks at a shard: Kinesis takes five in a second, from all of its readers together."""

MOST_IN_HAND: Final = 8
"""Answers of all shards that are in memory at once, each of at most 10 MiB."""

EXPIRED: Final = "ExpiredIteratorException"
NOTED_EVERY_MS: Final = HOUR_MS
"""Interval at which an idle shard's checkpoint is renewed: by it a carrier that was away for longer than
the data stream keeps records knows that some may be gone.
"""

Skips = Collection[tuple[str, str]]
"""Records to pass over: shard and sequence number."""


@dataclass(frozen=True, slots=True)
class ShardContext:
    """What the shards of a run have in common. `retention`, in milliseconds, is asked for anew each time."""

    stream: DataStream
    envelope: Envelope
    commits: Commits
    report: Report
    skips: Skips
    retention: Callable[[], int]
    stops_at_tip: bool
    in_hand: asyncio.Semaphore
    clock: Clock


class ShardReader:
    """Carries one shard from `position` on. `is_kept`: that checkpoint is on its topic already."""

    def __init__(self, around: ShardContext, position: Checkpoint, *, is_kept: bool) -> None:
        self._around = around
        self._position = position
        self._kept = position if is_kept else None
        self._iterator: str | None = None
        self._passes_to: str | None = None

    @property
    def position(self) -> Checkpoint:
        """How far it has come."""
        return self._position

    async def carry(self) -> None:
        """Return at the end of a closed shard, or, if the run stops there, where nothing more has come in yet.

        Raises LeveeError for a record that can't be carried, and for what AWS refuses.
        """
        while True:
            is_at_tip = await self._carry_next()
            if self._position.closed or (self._around.stops_at_tip and is_at_tip):
                return
            await asyncio.sleep(IDLE_S if is_at_tip else BUSY_S)

    async def _carry_next(self) -> bool:
        """Carry the next records, however long it takes to get them; whether no more have come in yet."""
        waits = pauses()
        while True:
            try:
                async with self._around.in_hand:  # let go of in a pause: one in trouble holds up no other
                    answer = await self._ask()
                    await self._take(answer)
                    return not answer.records and not answer.behind
            except FailedError as error:
                await self._wait_out(error, waits)

    def _tell_losses(self) -> None:
        """Where the shard was looked at last longer ago than records are kept, some may be gone."""
        oldest = self._around.clock.milliseconds() - self._around.retention()
        if UNSEEN < self._position.until < oldest:
            self._around.report.lost(self._position.shard, self._position.until, oldest)
            self._position = replace(self._position, until=oldest)

    async def _ask(self) -> Answer:
        """Get the next records. What may be gone is reported when they are here: that can have taken any time."""
        if self._iterator is None:
            self._iterator = await self._new_iterator()
        answer = await self._around.stream.records(self._iterator)
        self._tell_losses()
        return answer

    async def _wait_out(self, failure: FailedError, waits: Iterator[float]) -> None:
        self._iterator = None  # it is good for five minutes only
        if isinstance(failure, AwsError) and failure.code == EXPIRED:
            return
        require_passing(failure)
        pause = next(waits)
        self._around.report.trouble(f"shard {self._position.shard}: {failure}", pause)
        await asyncio.sleep(pause)

    async def _new_iterator(self) -> str:
        """Behind the last record that was carried. Where Kinesis may have dropped that one, at the oldest there is:
        behind a record that is gone it answers with errors, or nothing for long. What was carried is passed over then.
        """
        position = self._position
        surely_kept = self._around.clock.milliseconds() - self._around.retention() + HOUR_MS
        is_there = position.arrival is not None and position.arrival > surely_kept
        self._passes_to = None if is_there else position.sequence
        return await self._around.stream.iterator(position.shard, position.sequence if is_there else None)

    def _is_new(self, record: Record) -> bool:
        """Whether it hasn't been carried: sequence numbers grow within a shard."""
        return self._passes_to is None or int(record.sequence) > int(self._passes_to)

    async def _take(self, answer: Answer) -> None:
        """Commit all of an answer. What comes before a record that can't be carried is committed, too."""
        taken: list[CarriedRecord] = []
        weight = 0.0
        for record in filter(self._is_new, answer.records):
            try:
                carried = await self._open(record)
            except Unreadable as reason:
                if taken:
                    await self._commit(self._after(taken), taken)
                raise self._stuck(record, reason) from None
            taken.append(carried)
            weight += carried.weight
            if weight >= 1:
                await self._commit(self._after(taken), taken)
                taken, weight = [], 0.0
        reached = self._reached(answer, taken)
        if taken or reached.closed or self._is_worth_noting(reached):
            await self._commit(reached, taken)
        self._position, self._iterator = reached, answer.iterator

    async def _open(self, record: Record) -> CarriedRecord:
        if (self._position.shard, record.sequence) in self._around.skips:
            self._around.report.passed(self._position.shard, record.sequence)
            return CarriedRecord(record.sequence, record.arrival, ())
        events = await asyncio.to_thread(self._around.envelope.open, record.data)
        return CarriedRecord(record.sequence, record.arrival, events)

    def _after(self, taken: Sequence[CarriedRecord]) -> Checkpoint:
        if not taken:
            return self._position
        last = taken[-1]
        until = max(self._position.until, last.arrival)
        return replace(self._position, sequence=last.sequence, arrival=last.arrival, until=until)

    def _reached(self, answer: Answer, taken: Sequence[CarriedRecord]) -> Checkpoint:
        reached = self._after(taken)
        if answer.iterator is None:  # its children begin with its `until`: of what came in later they hold some
            return replace(reached, closed=True)
        return replace(reached, until=max(reached.until, answer.until))

    async def _commit(self, reached: Checkpoint, taken: Sequence[CarriedRecord]) -> None:
        await self._around.commits.commit(Portion.of(reached, *taken))
        self._position = self._kept = reached

    def _is_worth_noting(self, reached: Checkpoint) -> bool:
        return self._kept is None or reached.until - self._kept.until >= NOTED_EVERY_MS

    def _stuck(self, record: Record, reason: Unreadable) -> LeveeError:
        place = f"{self._position.shard}:{record.sequence}"
        until = moment(record.arrival + self._around.retention())
        return LeveeError(
            f"record {place} of the data stream {self._position.data_stream} can't be carried: {reason}",
            f"it and what follows it in its shard stay in the data stream until {until}. Find out who wrote it; "
            f"to pass this one record over, start again with --skip {place}",
        )
