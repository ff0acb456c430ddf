"""Monitors that know what to compare with, and look back as far as their platform can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.loading.checks.declared import Declared
from levee.loading.problem import Problem
from levee.model.name import PatternType
from levee.model.stack import Target
from levee.model.stream import MonitorKind
from levee.targets.aws.metrics import LONGEST_WINDOW, SHORTEST_WINDOW

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


def window(declared: Declared) -> Iterator[Problem]:
    """On aws, CloudWatch looks back."""
    if declared.stack is None or declared.stack.target is not Target.AWS:
        return
    for stream in declared.streams:
        for monitor in stream.monitors:
            if not SHORTEST_WINDOW <= monitor.window <= LONGEST_WINDOW:
                message = f"an alarm of CloudWatch can't look back {monitor.window}"
                hint = f"write a window from {SHORTEST_WINDOW} to {LONGEST_WINDOW}"
                yield Problem("monitor-window", message, hint, monitor.origin.at("window"))


def declared_twice(declared: Declared) -> Iterator[Problem]:
    """A stream's monitors are told apart by their kind."""
    for stream in declared.streams:
        seen: set[MonitorKind] = set()
        for monitor in stream.monitors:
            if monitor.kind in seen:
                message = f"the stream has two {monitor.kind} monitors"
                yield Problem("monitor-twice", message, "remove one of them", monitor.origin.at("kind"))
            seen.add(monitor.kind)


def lag_of_nobody(declared: Declared) -> Iterator[Problem]:
    """A lag is a consumer group's, and on aws each has an alarm of its own."""
    if declared.stack is None or declared.stack.target is not Target.AWS:
        return
    for stream in declared.streams:
        groups = [group for consumer in stream.consumers for group in consumer.groups]
        for monitor in stream.monitors:
            if monitor.kind is MonitorKind.LAG and not any(group.type is PatternType.LITERAL for group in groups):
                message = "a lag monitor watches consumer groups, and none is named in full"
                hint = "name the groups of a consumer, such as `groups: [detection-engine]`, or remove the monitor"
                yield Problem("monitor-groups", message, hint, monitor.origin)
