"""Monitors that know what to compare with, and look back as far as their platform can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.model.declared import Declared
from levee.model.problem import Problem
from levee.model.stream import MonitorKind

_MEASURED: Final = frozenset({MonitorKind.DROP, MonitorKind.SPIKE, MonitorKind.LAG})


def threshold(declared: Declared) -> Iterator[Problem]:
    """A monitor of an amount has a threshold, and no other has."""
    for stream in declared.streams:
        for monitor in stream.monitors:
            if monitor.kind in _MEASURED and monitor.threshold is None:
                message = f"a {monitor.kind} monitor compares with a `threshold`"
                hint = "write for example `threshold: 1000`: records a second, of a lag monitor records"
                yield Problem("monitor-threshold", message, hint, monitor.origin)
            if monitor.kind not in _MEASURED and monitor.threshold is not None:
                message = f"a {monitor.kind} monitor has nothing to compare with a `threshold`"
                yield Problem("monitor-threshold", message, "remove `threshold`", monitor.origin.at("threshold"))


def declared_twice(declared: Declared) -> Iterator[Problem]:
    """A stream's monitors are distinguished by their kind."""
    for stream in declared.streams:
        seen: set[MonitorKind] = set()
        for monitor in stream.monitors:
            if monitor.kind in seen:
                message = f"the stream has two {monitor.kind} monitors"
                yield Problem("monitor-twice", message, "remove one of them", monitor.origin.at("kind"))
            seen.add(monitor.kind)
