"""Portions of many shards, one transaction after the other."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import repeat
from typing import Final

import pytest

from levee.diagnostics import LeveeError
from levee_infra.carrier import commits
from levee_infra.carrier.commits import MOST_AT_ONCE, Commits
from levee_infra.carrier.portion import Portion
from levee_infra.carrier.report import Report
from levee_infra.carrier.transaction.failure import Left, TryAgain

SHARDS: Final = [Portion.forgetting(f"shard-{number}") for number in range(MOST_AT_ONCE + 3)]


@dataclass
class PlayedWriter:
    """Commits when it is let, after it has failed so often."""

    failures: list[Exception] = field(default_factory=list)
    written: list[Sequence[Portion]] = field(default_factory=list)
    let: threading.Event = field(default_factory=threading.Event)
    left: bool = False

    def write(self, portions: Sequence[Portion]) -> None:
        self.let.wait(20)
        if self.failures:
            raise self.failures.pop(0)
        self.written.append(portions)

    def leave(self) -> None:
        self.left = True


@asynccontextmanager
async def running(
    writer: PlayedWriter, said: io.StringIO | None = None
) -> AsyncIterator[tuple[Commits, asyncio.Task[None]]]:
    with ThreadPoolExecutor(1) as threads:
        working = Commits(writer, threads, Report(said or io.StringIO()))
        run = asyncio.create_task(working.run())
        yield working, run
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        writer.let.set()


async def test_what_waits_while_a_transaction_commits_goes_into_the_next_together() -> None:
    writer = PlayedWriter()
    async with running(writer) as (working, _):
        tasks = [asyncio.create_task(working.commit(SHARDS[0]))]
        await asyncio.sleep(0.01)
        tasks += [asyncio.create_task(working.commit(portion)) for portion in SHARDS[1:]]
        await asyncio.sleep(0.01)
        assert not any(task.done() for task in tasks)
        writer.let.set()
        await asyncio.gather(*tasks)
    assert [len(portions) for portions in writer.written] == [1, MOST_AT_ONCE, len(SHARDS) - MOST_AT_ONCE - 1]
    assert [portion for portions in writer.written for portion in portions] == SHARDS


async def test_what_was_taken_back_is_tried_again_as_it_was_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "pauses", lambda: repeat(0.0))
    writer, said = PlayedWriter([TryAgain("no leader"), TryAgain("no leader")]), io.StringIO()
    writer.let.set()
    async with running(writer, said) as (working, _):
        await working.commit(SHARDS[0])
    assert writer.written == [[SHARDS[0]]]
    assert said.getvalue().count("a transaction was taken back: no leader; trying again") == 2


async def test_a_failure_that_lasts_ends_it() -> None:
    writer = PlayedWriter([LeveeError("no right")])
    writer.let.set()
    async with running(writer) as (working, run):
        waiting = asyncio.create_task(working.commit(SHARDS[0]))
        with pytest.raises(LeveeError, match="no right"):
            await run
        assert not waiting.done()
        waiting.cancel()


@pytest.mark.parametrize("failure", [None, Left(), TryAgain("no leader")])
async def test_leaving_waits_for_the_transaction_under_way_and_begins_no_other(failure: Exception | None) -> None:
    writer = PlayedWriter([failure] if failure else [])
    async with running(writer) as (working, run):
        tasks = [asyncio.create_task(working.commit(SHARDS[0]))]
        await asyncio.sleep(0.01)
        tasks.append(asyncio.create_task(working.commit(SHARDS[1])))
        leaving = asyncio.create_task(working.leave())
        await asyncio.sleep(0.01)
        assert (leaving.done(), writer.left) == (False, True)
        writer.let.set()
        await leaving
        await run
        assert [task.done() for task in tasks] == [failure is None, False]
        for task in tasks:
            task.cancel()
    assert writer.written == ([] if failure else [[SHARDS[0]]])
