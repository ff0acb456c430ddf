"""What rules may know: the plan, the day, and look-ups over the plan that cost nothing twice."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

from levee.model.data_class import DataClass
from levee.model.stream import MonitorKind
from levee.model.waiver import Waiver
from levee.plan.observed import Observed
from levee.plan.planned import Plan, PlannedArchive, PlannedCredential, PlannedTopic
from levee.plan.unknown import UnknownValueError

if TYPE_CHECKING:
    from policies.failure import Failure
    from policies.waivers import WaiverUse


LAST: Final = "\U0010ffff"  # sorts after every character of a topic's name


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
    def named(self) -> Mapping[str, PlannedTopic]:
        """The declared topics by their name in Kafka, in order of name."""
        return {topic.name: topic for topic in sorted(self.plan.topics, key=lambda topic: topic.name)}

    @cached_property
    def archives(self) -> Mapping[str, PlannedArchive]:
        """The archives by stream."""
        return {archive.stream: archive for archive in self.plan.archives}

    @cached_property
    def monitored(self) -> Mapping[str, frozenset[MonitorKind]]:
        """What is watched for, by stream."""
        kinds: dict[str, set[MonitorKind]] = {}
        for each in self.plan.monitors:
            kinds.setdefault(each.stream, set()).add(each.monitor.kind)
        return {stream: frozenset(found) for stream, found in kinds.items()}

    @cached_property
    def credentials(self) -> Mapping[str, PlannedCredential]:
        """The declared credentials by service."""
        return {credential.service: credential for credential in self.plan.credentials}

    def covered(self, name: str, pattern: str) -> Sequence[PlannedTopic]:
        """The declared topics that an ACL on topics reaches."""
        if pattern == "literal":
            if name == "*":
                return list(self.named.values())
            return [self.named[name]] if name in self.named else []
        names = self._names
        first = bisect_left(names, name)
        last = bisect_left(names, name + LAST)
        return [self.named[each] for each in names[first:last]]

    @cached_property
    def _names(self) -> list[str]:
        return list(self.named)

    def class_of(self, topic: PlannedTopic) -> DataClass:
        """The topic's data class. Raises UnknownValueError where no stream file gives it one."""
        if topic.data_class not in self.classes:
            raise UnknownValueError(f"the data class of topic {topic.name}")
        return self.classes[topic.data_class]

    def class_of_stream(self, stream: str) -> DataClass:
        """The data class of the declared stream with this key."""
        return self.class_of(self.topics[stream])
