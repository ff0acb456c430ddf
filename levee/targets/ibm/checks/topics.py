"""Topics that Event Streams makes and keeps as declared, on the plan of the stack."""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.declared import Declared
from levee.model.problem import Problem
from levee.model.stack import StackSpec
from levee.model.stream import MonitorKind
from levee.targets.ibm.block import ibm_block
from levee.targets.ibm.event_streams import HOUR_MS, IN_SYNC, LONGEST_TOPIC, PLANS, REPLICAS, EventStreamsPlan

UNMEASURED = {
    MonitorKind.SILENCE: "IBM's metrics count bytes of a topic and no records",
    MonitorKind.DROP: "IBM's metrics count bytes of a topic and no records",
    MonitorKind.SPIKE: "IBM's metrics count bytes of a topic and no records",
    MonitorKind.LAG: "only Enterprise instances measure consumers' lag",
    MonitorKind.UNDER_MIN_ISR: "only Enterprise instances measure it",
}
"""Why IBM can't answer a monitor, where a plan doesn't measure it."""


def _plan(stack: StackSpec) -> EventStreamsPlan:
    return PLANS[ibm_block(stack).plan]


def names(declared: Declared, _: StackSpec) -> Iterator[Problem]:
    """Event Streams takes shorter names than Kafka does."""
    for stream in declared.streams:
        if len(stream.topic) > LONGEST_TOPIC:
            message = f"the topic {stream.topic} has a name of {len(stream.topic)} characters"
            hint = f"Event Streams takes {LONGEST_TOPIC}: shorten it"
            yield Problem("topic-name", message, hint, stream.origin.at("topic"))


def partitions(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """All partitions of an instance together are bounded by its plan."""
    plan = _plan(stack)
    total = sum(stream.partitions for stream in declared.streams)
    if total > plan.partitions:
        block = ibm_block(stack)
        message = f"the streams have {total} partitions together; the plan {block.plan} has {plan.partitions}"
        yield Problem("partitions", message, "lower `partitions`, or choose a larger plan", block.origin.at("plan"))


def copies(declared: Declared, _: StackSpec) -> Iterator[Problem]:
    """Every topic has three replicas, of which two take a record; neither can be set."""
    for stream in declared.streams:
        for key, value, fixed in (
            ("replication", stream.replication, REPLICAS),
            ("min_insync", stream.min_insync, IN_SYNC),
        ):
            if value != fixed:
                message = f"{stream.key} asks for `{key}: {value}`; Event Streams has {fixed} for every topic"
                yield Problem("replication", message, f"write `{key}: {fixed}`, or change its class", stream.origin)


def settings(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """Few settings of a topic can be set, and fewer on the plans with shared brokers."""
    plan = _plan(stack)
    for stream in declared.streams:
        given = [(key, stream.origin.at("settings", key)) for key in stream.settings]
        if stream.retention_size is not None:
            given.append(("retention.bytes", stream.origin.at("retention_size")))
        for key, origin in given:
            if key not in plan.settings:
                message = f"{key} can't be set on a topic of this plan of Event Streams"
                yield Problem("setting", message, f"remove it; it takes {', '.join(sorted(plan.settings))}", origin)


def retention(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """Plans with shared brokers keep whole hours, for so long."""
    plan = _plan(stack)
    if plan.longest_ms is None:
        return
    for stream in declared.streams:
        ms = stream.retention.milliseconds
        if ms > plan.longest_ms:
            longest = plan.longest_ms // (24 * HOUR_MS)
            message = f"{stream.key} is kept for {stream.retention}; this plan of Event Streams keeps {longest}d"
            hint = "shorten it and keep the rest in an archive, or choose an Enterprise plan"
        elif ms % HOUR_MS or not ms:
            message = f"{stream.key} is kept for {stream.retention}; this plan of Event Streams keeps whole hours"
            hint = "round it up to hours"
        else:
            continue
        yield Problem("retention", message, hint, stream.origin.at("retention"))


def monitors(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """A monitor that no metric of the plan can answer would stay silent for ever."""
    plan = _plan(stack)
    for stream in declared.streams:
        for monitor in stream.monitors:
            if monitor.kind not in plan.measured:
                message = f"{stream.key} can't be watched for {monitor.kind}: {UNMEASURED[monitor.kind]}"
                yield Problem("monitor", message, "remove it, or choose a plan that measures it", monitor.origin)
