"""Benchmark `redaction`: leaving secrets out of one and two megabytes of the texts that would be worst for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from benchmarks.outcome import Aim, Outcome, Row
from benchmarks.request import Request
from levee.diagnostics.redaction import redact

MEGABYTE: Final = 1_000_000
PIECES: Final = (
    *("a", " ", "a b", "word key=1 ", "://a:b/", "a:@", "ghp_", "eyJ", "Aa1bQ9", "${", "-----BEGIN A-----"),
    *("password: x", 'password="', "password=arn:", "passw0rd -> ", "--password ", "Bearer ", "auth=a\n"),
)
MOST_SECONDS: Final = 1.0
MOST_GROWTH: Final = 3.0  # from one megabyte to two


def run(request: Request) -> Outcome:
    """Measure every text. It is of no stream."""
    rows = list(_rows(request))
    growth = max(two.cpu_seconds or 0.0 for two in rows[1::2]) / max(one.cpu_seconds or 0.0 for one in rows[::2])
    worst = max(one.cpu_seconds or 0.0 for one in rows[::2])
    aims = [
        Aim(what="1 MB of the worst text", measured=worst, limit=MOST_SECONDS, unit="s"),
        Aim(what="2 MB, in times of 1 MB", measured=growth, limit=MOST_GROWTH, unit="times"),
    ]
    return Outcome(benchmark="redaction", rows=rows, aims=aims)


def _rows(request: Request) -> Iterator[Row]:
    request.say("leaving secrets out of a megabyte …")
    for piece in PIECES:
        for size in (MEGABYTE, 2 * MEGABYTE):
            text = (piece * (size // len(piece) + 1))[:size]
            began, cpu_began = time.perf_counter(), time.process_time()
            redact(text, whole=True)
            yield Row(
                what=f"{size // MEGABYTE} MB of {piece!r}",
                streams=0,
                seconds=time.perf_counter() - began,
                cpu_seconds=time.process_time() - cpu_began,
            )
