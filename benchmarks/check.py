"""Benchmark `check`: `levee check` with every rule as a whole command, on one stack of 1, 1,000 and 10,000 streams."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.brokers import PROJECT, scratch_folder
from benchmarks.command import Cost, measure
from benchmarks.declared_project import STACK, UNASKED, write_project
from benchmarks.outcome import Aim, Outcome, Row
from benchmarks.request import Request

LOGS: Final = PROJECT / "build" / "bench"
CHECK, PYTHON = "levee check", "python: starting and ending"
RUNS: Final = {1: 9, 1_000: 3, 10_000: 1}
"""How often each size is measured; the median counts."""

MOST_SECONDS_ONE: Final = 0.150
MOST_SECONDS_THOUSAND: Final = 2.5
MOST_PEAK_MB: Final = 250.0
MOST_GROWTH: Final = 11.0  # from 1,000 streams to 10,000


def run(request: Request) -> Outcome:
    """Measure every size. Its sizes are its own: they are what the aims are about."""
    with scratch_folder() as folder:
        rows = list(_rows(request, folder))
    return Outcome(benchmark="check", rows=rows, aims=list(_aims(rows)))


def _rows(request: Request, folder: Path) -> Iterator[Row]:
    yield _row(PYTHON, 1, [_cost(["-c", ""], folder, folder) for _ in range(RUNS[1])])
    for streams, runs in RUNS.items():
        project = write_project(folder / str(streams), streams, UNASKED)
        request.say(f"{streams:,} streams: levee check …")
        command = ["-m", "levee_infra.cli.main", "check", f"stacks/{STACK}"]
        _cost(command, project, folder)  # Python compiles once
        yield _row(CHECK, streams, [_cost(command, project, folder) for _ in range(runs)])


def _cost(command: Sequence[str], project: Path, folder: Path) -> Cost:
    return measure([sys.executable, *command], project, _environment(folder), LOGS / f"check-{project.name}.log")


def _environment(folder: Path) -> dict[str, str]:
    """The user's, with compiled Python in our own folder, whatever the user's Python may keep."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}


def _row(what: str, streams: int, costs: Sequence[Cost]) -> Row:
    return Row(
        what=what,
        streams=streams,
        seconds=median(cost.seconds for cost in costs),
        cpu_seconds=median(cost.cpu_seconds for cost in costs),
        peak_mb=max(cost.peak_mb for cost in costs),
        remark=f"median of {len(costs)}" if len(costs) > 1 else "",
    )


def _aims(rows: Sequence[Row]) -> Iterator[Aim]:
    one, thousand, most = (row for row in rows if row.what == CHECK)
    yield Aim(what="1 stream", measured=one.seconds, limit=MOST_SECONDS_ONE, unit="s")
    yield Aim(what="1,000 streams", measured=thousand.seconds, limit=MOST_SECONDS_THOUSAND, unit="s")
    yield Aim(what="1,000 streams: peak memory", measured=thousand.peak_mb or 0.0, limit=MOST_PEAK_MB, unit="MB")
    yield Aim(
        what="10,000 streams, in times of 1,000",
        measured=most.seconds / thousand.seconds,
        limit=MOST_GROWTH,
        unit="times",
    )
