"""What people read while it runs: little, and nothing twice."""

from __future__ import annotations

import io

import pytest

from levee_infra.carrier import report
from levee_infra.carrier.checkpoint import Checkpoint
from levee_infra.carrier.envelope import Event
from levee_infra.carrier.portion import CarriedRecord, Portion
from levee_infra.carrier.report import AGAIN_MS, EVERY_S, REMOVED, SIGN_OF_LIFE_S, Report, moment


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(report, "time", clock)
    return clock


def portion(events: int) -> Portion:
    checkpoint = Checkpoint(data_stream="logs", created=1, shard="shard", sequence="1", arrival=1, until=1)
    return Portion.of(checkpoint, CarriedRecord("1", 1, (Event("1", 1, "web", b"hunter2"),) * events))


def test_progress_is_told_every_ten_seconds_while_something_comes(clock: Clock) -> None:
    said = io.StringIO()
    told = Report(said)
    for _ in range(3):
        told.carried(portion(700))
        clock.now += EVERY_S / 2
        told.progress(lambda: 1500)
    assert said.getvalue() == "carried 1,400 events, 1,400 of them just now; 1.5 s behind\n"


def test_with_nothing_to_carry_it_is_silent_but_for_a_sign_of_life(clock: Clock) -> None:
    said = io.StringIO()
    told = Report(said)
    while clock.now < SIGN_OF_LIFE_S:
        clock.now += EVERY_S
        told.progress(lambda: 900)
    assert said.getvalue() == "carried 0 events, 0 of them just now; 0.9 s behind\n"


def test_falling_behind_is_told_though_nothing_comes(clock: Clock) -> None:
    said = io.StringIO()
    told = Report(said)
    clock.now += EVERY_S
    told.progress(lambda: 60_000)
    assert "60.0 s behind" in said.getvalue()


def test_the_last_line_counts_and_names_skips_that_met_nothing() -> None:
    said = io.StringIO()
    told = Report(said)
    told.carried(portion(3))
    told.passed("shard", "5")
    told.lost("shard", 0, 1000)
    told.close("stopped", {("shard", "5"), ("shard", "6")})
    assert said.getvalue().splitlines()[-2:] == [
        "note: --skip shard:6: no such record came by",
        "stopped: carried 3 events, records passed over: 1, shards of which records may be lost: 1",
    ]
    assert told.has_losses


def test_a_shard_of_which_ever_more_is_lost_is_told_of_now_and_then_and_counted_once() -> None:
    said = io.StringIO()
    told = Report(said)
    for step in range(13):
        told.lost("shard", step * AGAIN_MS // 6, (step + 1) * AGAIN_MS // 6)
    lines = said.getvalue().splitlines()
    assert [line.partition("between ")[2].partition(" may")[0] for line in lines] == [
        "1970-01-01T00:00:00Z and 1970-01-01T00:10:00Z",
        "1970-01-01T00:10:00Z and 1970-01-01T01:10:00Z",
        "1970-01-01T01:10:00Z and 1970-01-01T02:10:00Z",
    ]
    told.close("stopped", ())
    assert said.getvalue().splitlines()[3:] == ["stopped: carried 0 events, shards of which records may be lost: 1"]


def test_the_little_that_was_lost_since_is_told_at_the_end() -> None:
    said = io.StringIO()
    told = Report(said)
    for since in (0, 2000, 4000):
        told.lost("shard", since, since + 1000)
    told.close("ended", ())
    assert "between 1970-01-01T00:00:02Z and 1970-01-01T00:00:05Z may be lost" in said.getvalue().splitlines()[1]


def test_why_records_may_be_lost_is_told() -> None:
    said = io.StringIO()
    told = Report(said)
    told.lost("one", 0, 1)
    told.lost("another", 0, 1, REMOVED)
    away, removed = said.getvalue().splitlines()
    assert ("no carrier has run for longer" in away, "was removed" in removed) == (True, True)


def test_a_line_cannot_act_on_a_terminal() -> None:
    said = io.StringIO()
    Report(said).say("\x1b[2Jnothing to see")
    assert said.getvalue() == "\\x1b[2Jnothing to see\n"


def test_times_are_in_utc() -> None:
    assert moment(1_795_268_744_448) == "2026-11-21T13:45:44Z"
