"""What rules may know: the plan, the day, and look-ups over the plan that cost nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from levee.model.data_class import DataClass
from levee.model.waiver import Waiver
from levee.plan.observed import Observed
from levee.plan.planned import Flow, Plan, PlannedArchive, PlannedTopic
from levee.plan.unknown import UnknownValueError

if TYPE_CHECKING:
    from policies.failure import Failure
    from policies.waivers import WaiverUse


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an evaluation needs beside the plan.

    `as_of` is the day on which the plan is judged: rules know no clock. `surroundings` are the variables of the
    environment that say for which account and region a pipeline runs (see `policies.surroundings`). `before` is what
    is deployed, where a change is judged. `observed` is what registered resources say, where those are judged.
    """

    as_of: date
    waivers: tuple[Waiver, ...] = ()
    surroundings: Mapping[str, str] = field(default_factory=dict)
    before: Plan | None = None
    observed: Observed | None = None


@dataclass(frozen=True)
class Facts:
    """A plan in its context. `waiver_uses` and `failures` are of the rules that were judged first."""

    plan: Plan
    context: Context
    waiver_uses: tuple[WaiverUse, ...] = ()
    failures: tuple[Failure, ...] = ()

    @cached_property
    def classes(self) -> Mapping[str, DataClass]:
        """The data classes by name."""
        return {each.name: each for each in self.plan.classes}

    @cached_property
    def topics(self) -> Mapping[str, PlannedTopic]:
        """The topics by stream."""
        return {topic.stream: topic for topic in self.plan.topics}

    @cached_property
    def archives(self) -> Mapping[str, PlannedArchive]:
        """The archives by stream."""
        return {archive.stream: archive for archive in self.plan.archives}

    @cached_property
    def flows(self) -> Mapping[str, Flow]:
        """The flows by stream."""
        return {flow.stream: flow for flow in self.plan.flows}

    def class_of(self, topic: PlannedTopic) -> DataClass:
        """The topic's data class. Raises UnknownValueError where no stream file gives it one."""
        if topic.data_class not in self.classes:
            raise UnknownValueError(f"the data class of topic {topic.name}")
        return self.classes[topic.data_class]

    def class_of_stream(self, stream: str) -> DataClass:
        """The data class of the stream with this key. Raises UnknownValueError where there is no such stream."""
        if stream not in self.topics:
            raise UnknownValueError(f"the data class of stream {stream}")
        return self.class_of(self.topics[stream])
