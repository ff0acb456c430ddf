"""What a plan declares that this version of levee checks and does not provision, by its target's capabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from levee.model.origin import Origin
from levee.model.stream import SourceKind
from levee.plan.planned import Plan
from levee.targets.contract import Capability
from levee.targets.registry import MODELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Something that is said plainly in every output."""

    stream: str
    what: str
    origin: Origin


def pending(plan: Plan) -> tuple[Pending, ...]:
    """All of it, in order of the streams."""
    order = {topic.stream: number for number, topic in enumerate(plan.topics)}
    return tuple(sorted(_pending(plan), key=lambda each: order[each.stream]))


def _pending(plan: Plan) -> Iterator[Pending]:
    model = MODELS[plan.target]
    for capability, stream, what, origin in _asked(plan):
        support = model.support(capability)
        if not support.is_full:
            yield Pending(stream=stream, what=f"{what} {support.reason}", origin=origin)


def _asked(plan: Plan) -> Iterator[tuple[Capability, str, str, Origin]]:
    """What streams ask of the target beyond their topic, with what each thing is called."""
    for filtered in plan.filters:
        yield Capability.FILTER, filtered.stream, "the filter", filtered.origin
    for sink in plan.sinks:
        yield Capability.SINK, sink.stream, f"the sink {sink.sink.name}", sink.sink.origin
    for archive in plan.archives:
        what = f"the archive {archive.archive.bucket}"
        yield Capability.ARCHIVE, archive.stream, what, archive.archive.origin
        if MODELS[plan.target].support(Capability.ARCHIVE).is_full:
            yield Capability.FILLED_ARCHIVE, archive.stream, what, archive.archive.origin
    carried = {(carrier.stream, carrier.source.service) for carrier in plan.carriers}
    for source in plan.sources:
        if source.source.kind is SourceKind.CLOUDWATCH_LOGS and (source.stream, source.source.service) not in carried:
            what = f"the source {source.source.service}"
            capability = Capability.LOG_GROUP if source.source.log_group else Capability.LOG_SERVICE
            yield capability, source.stream, what, source.source.origin
    for monitor in plan.monitors:
        yield Capability.MONITOR, monitor.stream, f"the {monitor.monitor.kind} monitor", monitor.monitor.origin
