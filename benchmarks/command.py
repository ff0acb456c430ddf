"""Runs a command to its end as a user would, and says what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import psutil

from benchmarks.request import BenchmarkError

SAMPLE_SECONDS: Final = 0.2
LAST_LINES: Final = 20
RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024  # what getrusage(2) counts ru_maxrss in, bytes


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall-clock and processor time of a command, and the most memory (10^6 bytes) its processes held together."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def measure(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], log: Path) -> Cost:
    """Run `command` in `folder`, its output in `log`. Raises BenchmarkError with its last lines if it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        with _Sampling(process.pid) as sampling:
            _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        words = " ".join(str(word) for word in command)
        raise BenchmarkError("\n  ".join([f"{words} failed (exit {process.returncode}), see {log}:", *lines]))
    # The kernel's own maximum misses no peak, but is of the largest process alone; samples see them all.
    peak = max(usage.ru_maxrss * RSS_UNIT, sampling.peak_bytes)
    return Cost(seconds, usage.ru_utime + usage.ru_stime, peak / 1e6)


class _Sampling:
    """Watches what a process and its descendants hold together."""

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            root = psutil.Process(self._pid)
            while not self._ended.wait(SAMPLE_SECONDS):
                held = sum(map(_held, [root, *root.children(recursive=True)]))
                self.peak_bytes = max(self.peak_bytes, held)
        except psutil.NoSuchProcess:
            return


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it ended meanwhile
        return 0
