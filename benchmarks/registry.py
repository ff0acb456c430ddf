"""Every benchmark by the name that `--only` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from benchmarks.aws import run as aws
from benchmarks.carry import run as carry
from benchmarks.check import run as check
from benchmarks.deploy import run as deploy
from benchmarks.outcome import Outcome
from benchmarks.redaction import run as redaction
from benchmarks.request import Request

BENCHMARKS: Final[Mapping[str, Callable[[Request], Outcome]]] = {
    "check": check,
    "deploy": deploy,
    "aws": aws,
    "carry": carry,
    "redaction": redaction,
}
