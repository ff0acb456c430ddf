"""One shard: nothing is passed over, nothing is taken twice, and what may be gone is told."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice, repeat
from typing import Any, Final, cast

import pytest

from levee.clock import SYSTEM_CLOCK, Clock
from levee.diagnostics import LeveeError
from levee_infra.carrier import shard_reader
from levee_infra.carrier.checkpoint import Checkpoint
from levee_infra.carrier.commits import Commits
from levee_infra.carrier.envelope import Envelope
from levee_infra.carrier.kinesis import HOUR_MS, Answer, DataStream, Record
from levee_infra.carrier.portion import MOST_EVENTS, Portion
from levee_infra.carrier.report import Report
from levee_infra.carrier.resumption import UNSEEN
from levee_infra.carrier.shard_reader import ShardContext, ShardReader
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.targets.aws.api import AwsError

SHARD: Final = "shardId-000000000002"
ENVELOPE: Final = Envelope("123456789012", "/ecs/checkout")
RETENTION_MS: Final = 168 * HOUR_MS
BEGAN: Final = SYSTEM_CLOCK.milliseconds()
"""When the first record came in, almost."""


def record(sequence: int, *messages: str) -> Record:
    """A record of these messages, or of one that is its number."""
    events = [{"id": f"{sequence}", "timestamp": 1, "message": each} for each in messages or (str(sequence),)]
    body = {"messageType": "DATA_MESSAGE", "owner": ENVELOPE.account, "logGroup": ENVELOPE.log_group}
    data = gzip.compress(json.dumps({**body, "logStream": "web", "logEvents": events}).encode())
    return Record(str(sequence), BEGAN + sequence, data)


def strange(sequence: int) -> Record:
    return Record(str(sequence), BEGAN + sequence, b"hunter2")


@dataclass
class PlayedShard:
    """A shard of these records, the i-th with sequence number i, answered two at a time. `failures` come first."""

    records: Sequence[Record]
    closed: bool = False
    failures: list[FailedError] = field(default_factory=list)
    iterators: list[str | None] = field(default_factory=list)
    at_once: int = 2

    async def iterator(self, shard: str, after: str | None) -> str:
        assert shard == SHARD
        self.iterators.append(after)
        return after or "0"

    async def records_after(self, iterator: str) -> Answer:
        if self.failures:
            raise self.failures.pop(0)
        found = tuple(islice((each for each in self.records if int(each.sequence) > int(iterator)), self.at_once))
        reached = found[-1].sequence if found else iterator
        left = sum(int(each.sequence) > int(reached) for each in self.records)
        is_end = self.closed and not left
        return Answer(found, None if is_end else reached, left, SYSTEM_CLOCK.milliseconds())

    def stream(self) -> DataStream:
        played = self

        class Stream:
            iterator = staticmethod(played.iterator)
            records = staticmethod(played.records_after)

        return cast("DataStream", Stream())


@dataclass
class Kept:
    """What has been committed."""

    portions: list[Portion] = field(default_factory=list)

    async def commit(self, portion: Portion) -> None:
        await asyncio.sleep(0)
        self.portions.append(portion)

    @property
    def messages(self) -> list[str]:
        return [
            event.message.decode()
            for portion in self.portions
            for carried in portion.records
            for event in carried.events
        ]

    @property
    def last(self) -> Checkpoint:
        checkpoint = self.portions[-1].checkpoint
        assert checkpoint is not None
        return checkpoint


@dataclass
class Run:
    """A reader at work on a played shard, to its tip."""

    shard: PlayedShard
    kept: Kept = field(default_factory=Kept)
    said: io.StringIO = field(default_factory=io.StringIO)
    skips: set[tuple[str, str]] = field(default_factory=set)
    clock: Clock = SYSTEM_CLOCK

    def report(self) -> Report:
        return Report(self.said)

    async def carry(
        self,
        *,
        sequence: str | None = None,
        arrival: int | None = BEGAN,
        until: int = UNSEEN,
        is_kept: bool = False,
        in_hand: asyncio.Semaphore | None = None,
    ) -> Report:
        arrival = None if sequence is None else arrival
        position = Checkpoint(
            data_stream="logs", created=1, shard=SHARD, sequence=sequence, arrival=arrival, until=until
        )
        report = self.report()
        around = ShardContext(
            stream=self.shard.stream(),
            envelope=ENVELOPE,
            commits=cast("Commits", self.kept),
            report=report,
            skips=self.skips,
            retention=lambda: RETENTION_MS,
            stops_at_tip=True,
            in_hand=in_hand or asyncio.Semaphore(1),
            clock=self.clock,
        )
        await ShardReader(around, position, is_kept=is_kept).carry()
        return report


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits."""

    def none() -> Iterator[float]:
        while True:
            yield 0.0

    monkeypatch.setattr(shard_reader, "pauses", none)
    monkeypatch.setattr(shard_reader, "BUSY_S", 0.0)


FIVE: Final = tuple(map(record, range(1, 6)))
ALL: Final = ["1", "2", "3", "4", "5"]


async def test_all_of_it_is_carried_in_order_from_the_oldest_record_on() -> None:
    run = Run(PlayedShard(FIVE))
    await run.carry()
    assert (run.kept.messages, run.shard.iterators) == (ALL, [None])
    assert (run.kept.last.sequence, run.kept.last.closed) == ("5", False)


async def test_it_goes_on_behind_its_checkpoint() -> None:
    run = Run(PlayedShard(FIVE))
    await run.carry(sequence="3", until=SYSTEM_CLOCK.milliseconds(), is_kept=True)
    assert (run.kept.messages, run.shard.iterators) == (["4", "5"], ["3"])


async def test_behind_a_record_that_may_be_gone_it_looks_from_the_oldest_on_and_takes_none_twice() -> None:
    run = Run(PlayedShard(FIVE))
    now = SYSTEM_CLOCK.milliseconds()
    await run.carry(sequence="3", arrival=now - RETENTION_MS, until=now, is_kept=True)
    assert (run.kept.messages, run.shard.iterators) == (["4", "5"], [None])


async def test_the_end_of_a_closed_shard_is_kept_even_if_nothing_is_in_it() -> None:
    run = Run(PlayedShard((), closed=True))
    await run.carry()
    assert (run.kept.last.sequence, run.kept.last.closed, len(run.kept.portions)) == (None, True, 1)


async def test_a_closed_shard_ends_with_its_last_records() -> None:
    run = Run(PlayedShard(FIVE, closed=True))
    await run.carry()
    assert (run.kept.messages, run.kept.last.sequence, run.kept.last.closed) == (ALL, "5", True)


EXPIRED: Final = AwsError("expired", "ExpiredIteratorException")


@pytest.mark.parametrize(
    ("failure", "is_told"),
    [
        (EXPIRED, False),
        (AwsError("throttled", "ProvisionedThroughputExceededException"), True),
        (AwsError("throttled", "KMSThrottlingException"), True),
        (AwsError("nobody behind it", "503"), True),
        (FailedError("was not answered"), True),
    ],
)
async def test_what_passes_is_waited_for_and_an_iterator_asked_for_anew(failure: FailedError, is_told: bool) -> None:
    class Failing(PlayedShard):
        async def records_after(self, iterator: str) -> Answer:
            if int(iterator) == 2 and len(self.iterators) < 4:
                raise failure
            return await super().records_after(iterator)

    run = Run(Failing(FIVE))
    await run.carry()
    assert (run.kept.messages, run.shard.iterators) == (ALL, [None, "2", "2", "2"])
    assert (str(failure) in run.said.getvalue()) == is_told


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("AccessDeniedException", "levee up"),
        ("KMSAccessDeniedException", "kms:Decrypt"),
        ("KMSDisabledException", "kms:Decrypt"),
        ("ResourceNotFoundException", "levee up"),
        ("InvalidArgumentException", "levee up"),
        ("ExpiredTokenException", "levee up"),
    ],
)
async def test_what_lasts_ends_the_run_with_what_to_do(code: str, says: str) -> None:
    with pytest.raises(LeveeError, match="refused it") as ended:
        await Run(PlayedShard(FIVE, failures=[AwsError("AWS refused it", code)])).carry()
    assert (ended.value.exit_code, says in ended.value.help) == (1, True)


async def test_what_comes_before_an_unreadable_record_is_carried_and_the_record_named() -> None:
    run = Run(PlayedShard((*FIVE[:3], strange(4), FIVE[4]), at_once=10))
    with pytest.raises(LeveeError, match=f"record {SHARD}:4 of the data stream logs") as ended:
        await run.carry()
    assert (run.kept.messages, run.kept.last.sequence) == (["1", "2", "3"], "3")
    assert f"--skip {SHARD}:4" in ended.value.help
    assert "hunter2" not in str(ended.value) + ended.value.help


async def test_the_record_that_is_named_is_passed_over_and_no_other() -> None:
    run = Run(PlayedShard((FIVE[0], strange(2), FIVE[2], strange(4))), skips={(SHARD, "2"), ("shardId-9", "4")})
    with pytest.raises(LeveeError, match=f"{SHARD}:4"):
        await run.carry()
    assert run.kept.messages == ["1", "3"]
    assert f"record {SHARD}:2 is passed over" in run.said.getvalue()


async def test_a_large_answer_is_cut_into_portions_that_end_with_records() -> None:
    many = [str(number) for number in range(MOST_EVENTS)]
    run = Run(PlayedShard((record(1, *many), record(2, *many[:10]), record(3, *many[:-5])), at_once=10))
    await run.carry()
    assert [portion.events for portion in run.kept.portions] == [MOST_EVENTS, MOST_EVENTS + 5]
    assert run.kept.last.sequence == "3"


async def test_a_shard_in_which_nothing_comes_in_is_noted_now_and_then_only() -> None:
    run = Run(PlayedShard(()))
    await run.carry()
    assert [portion.events for portion in run.kept.portions] == [0]
    for minutes, noted in ((30, 1), (90, 2)):
        await run.carry(until=SYSTEM_CLOCK.milliseconds() - minutes * HOUR_MS // 60, is_kept=True)
        assert len(run.kept.portions) == noted
    assert run.kept.last.until > SYSTEM_CLOCK.milliseconds() - HOUR_MS // 60


async def test_away_for_longer_than_records_are_kept_is_told_once_with_the_time() -> None:
    run = Run(PlayedShard(FIVE))
    report = await run.carry(sequence="2", until=SYSTEM_CLOCK.milliseconds() - RETENTION_MS - HOUR_MS, is_kept=True)
    assert (run.said.getvalue().count("may be lost"), report.has_losses, run.kept.messages) == (
        1,
        True,
        ["3", "4", "5"],
    )


@pytest.mark.parametrize("until", [UNSEEN, 10 * HOUR_MS])
async def test_what_nobody_had_seen_or_was_away_for_a_while_is_no_loss(until: int) -> None:
    run = Run(PlayedShard(FIVE))
    report = await run.carry(until=until and SYSTEM_CLOCK.milliseconds() - until)
    assert (report.has_losses, run.kept.messages) == (False, ALL)


async def test_what_has_been_carried_is_told_by_the_last_records_arrival_at_least() -> None:
    class Behind(PlayedShard):
        async def records_after(self, iterator: str) -> Answer:
            return replace(await super().records_after(iterator), until=0)

    run = Run(Behind(FIVE, closed=True))
    await run.carry()
    untils = [cast("Any", portion.checkpoint).until for portion in run.kept.portions]
    assert [until - BEGAN for until in untils] == [2, 4, 5]


async def test_until_when_a_closed_shard_was_carried_is_no_later_than_its_last_record() -> None:
    """Its children begin with that, and hold what came in later."""
    run = Run(PlayedShard(FIVE, closed=True, at_once=10))
    await run.carry(until=BEGAN, is_kept=True)
    assert run.kept.last.until == BEGAN + 5
    run = Run(PlayedShard((), closed=True))
    await run.carry(until=BEGAN, is_kept=True)
    assert (run.kept.last.closed, run.kept.last.until) == (True, BEGAN)


async def test_what_may_be_gone_when_the_answer_comes_at_last_is_told() -> None:
    times = [datetime.fromtimestamp(BEGAN / 1000, UTC)]

    class Halting(PlayedShard):
        async def records_after(self, iterator: str) -> Answer:
            now = BEGAN + RETENTION_MS + HOUR_MS
            times.append(datetime.fromtimestamp(now / 1000, UTC))
            return replace(await super().records_after(iterator), until=now)

    run = Run(Halting(FIVE), clock=Clock(lambda: times[-1]))
    report = await run.carry(until=BEGAN, is_kept=True)
    assert (run.said.getvalue().count("may be lost"), report.has_losses) == (1, True)


async def test_a_shard_that_waits_for_aws_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_reader, "pauses", lambda: repeat(3600.0))
    troubled, well = Run(PlayedShard(FIVE, failures=[FailedError("was not answered")])), Run(PlayedShard(FIVE))
    in_hand = asyncio.Semaphore(1)
    waiting = asyncio.create_task(troubled.carry(in_hand=in_hand))
    await asyncio.sleep(0)
    await asyncio.wait_for(well.carry(in_hand=in_hand), 20)
    assert (well.kept.messages, waiting.done()) == (ALL, False)
    waiting.cancel()
