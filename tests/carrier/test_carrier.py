"""One carrier from its start to its end, on a played data stream and played transactions."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, cast

import pytest

from levee.clock import SYSTEM_CLOCK
from levee.diagnostics import LeveeError
from levee_infra.carrier import carrier as carrier_module
from levee_infra.carrier import carry
from levee_infra.carrier.carrier import Carrier, Task
from levee_infra.carrier.checkpoint import Checkpoint
from levee_infra.carrier.kinesis import HOUR_MS, Answer, DataStream, Summary
from levee_infra.carrier.portion import Portion
from levee_infra.carrier.report import Report, moment
from levee_infra.carrier.route import Route
from levee_infra.carrier.shards import Shard
from levee_infra.carrier.transaction.limits import Limits
from levee_infra.providers.protocol.failures import FailedError

ROUTE: Final = Route(
    account="123456789012", log_group="/ecs/web", name="logs", topic="logs", checkpoints="checkpoints", username="web"
)
RETENTION_MS: Final = 168 * HOUR_MS
CREATED: Final = SYSTEM_CLOCK.milliseconds() - HOUR_MS
SUMMARY: Final = Summary("arn", "ACTIVE", CREATED, RETENTION_MS, is_encrypted=True)
SHARD: Final = Shard("shard-a")


class EmptyStream:
    """A data stream of one shard, in which nothing has come in."""

    async def summary(self) -> Summary:
        return SUMMARY

    async def shards(self) -> Sequence[Shard]:
        return (SHARD,)

    async def iterator(self, shard: str, after: str | None) -> str:
        return "tip"

    async def records(self, iterator: str) -> Answer:
        return Answer((), "tip", 0, SYSTEM_CLOCK.milliseconds())


@dataclass
class SplitStream(EmptyStream):
    """Its shard has ended, and its children are listed only after AWS has failed to answer."""

    failures: list[FailedError] = field(default_factory=lambda: [FailedError("nobody answers")])
    children: Sequence[Shard] = (Shard("shard-b", (SHARD.id,)), Shard("shard-c", (SHARD.id,)))
    asked: int = 0

    async def shards(self) -> Sequence[Shard]:
        self.asked += 1
        if self.asked == 1:
            return (SHARD,)
        if self.failures:
            raise self.failures.pop()
        return (SHARD, *self.children)

    async def iterator(self, shard: str, after: str | None) -> str:
        return shard

    async def records(self, iterator: str) -> Answer:
        return Answer((), None if iterator == SHARD.id else iterator, 0, SYSTEM_CLOCK.milliseconds())


@dataclass
class PlayedTransactions:
    """Commits all; or, with a `failure`, says that it has begun, and fails as soon as it is told to leave."""

    failure: LeveeError | None = None
    written: list[Portion] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)

    def open(self) -> None:
        """Nobody else is there."""

    def write(self, portions: Sequence[Portion]) -> None:
        self.begun.set()
        if self.failure:
            assert self.left.wait(20)
            raise self.failure
        self.written += portions

    def leave(self) -> None:
        self.left.set()

    def is_leaving(self) -> bool:
        return self.left.is_set()


@dataclass
class Run:
    """A carrier on a data stream in which nothing has come in, with these checkpoints."""

    monkeypatch: pytest.MonkeyPatch
    transactions: PlayedTransactions = field(default_factory=PlayedTransactions)
    kept: Sequence[Checkpoint] = ()
    stream: EmptyStream = field(default_factory=EmptyStream)
    said: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        kept = {each.shard: each for each in self.kept}
        self.monkeypatch.setattr(carrier_module, "Transactions", lambda *_: self.transactions)
        self.monkeypatch.setattr(carrier_module, "read_checkpoints", lambda *_: kept)

    async def carry(self, *, stops_at_tip: bool) -> Report:
        """To the tip, or until the first transaction has begun and somebody ends the run."""
        report, stopped = Report(self.said), asyncio.get_running_loop().create_future()
        stream = cast("DataStream", self.stream)
        carrier = Carrier(Task(ROUTE, (), stops_at_tip), stream, {}, Limits.of({}), report, SYSTEM_CLOCK)
        running = asyncio.create_task(carry._run(carrier, SUMMARY, stopped, report, ()))
        if not stops_at_tip:
            assert await asyncio.to_thread(self.transactions.begun.wait, 20)
            stopped.set_result(0)
        await running
        return report


def kept(until: int, *, created: int, closed: bool = False) -> Checkpoint:
    return Checkpoint(
        data_stream="logs", created=created, shard=SHARD.id, sequence="49", arrival=5, until=until, closed=closed
    )


async def test_what_a_data_stream_had_that_was_removed_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    left = CREATED - 3 * HOUR_MS
    run = Run(monkeypatch, kept=[kept(left, created=1)])
    report = await run.carry(stops_at_tip=True)
    assert f"between {moment(left)} and {moment(CREATED)} may be lost" in run.said.getvalue()
    assert ("was removed" in run.said.getvalue(), report.has_losses) == (True, True)


async def test_the_same_data_stream_goes_on_without_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, kept=[kept(SYSTEM_CLOCK.milliseconds(), created=CREATED)])
    report = await run.carry(stops_at_tip=True)
    assert ("1 of them from where they stopped" in run.said.getvalue(), report.has_losses) == (True, False)


async def test_where_a_shard_has_ended_the_tip_is_that_of_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long AWS takes to list them: what they hold would be left behind."""
    monkeypatch.setattr(carrier_module, "LOOK_S", 0.01)
    monkeypatch.setattr(carrier_module, "RETRY_S", 0.01)
    run = Run(monkeypatch, stream=SplitStream())
    async with asyncio.timeout(20):
        await run.carry(stops_at_tip=True)
    assert "nobody answers" in run.said.getvalue()
    reached = {each.checkpoint.shard: each.checkpoint.closed for each in run.transactions.written if each.checkpoint}
    assert reached == {"shard-a": True, "shard-b": False, "shard-c": False}


async def test_what_fails_while_it_is_being_stopped_is_no_good_end(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, PlayedTransactions(LeveeError("no right")))
    with pytest.raises(LeveeError, match="no right"):
        await run.carry(stops_at_tip=False)
    assert "stopped: carried 0 events" in run.said.getvalue()


async def test_stopped_it_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch)
    await run.carry(stops_at_tip=False)
    assert "stopped: carried 0 events" in run.said.getvalue()
