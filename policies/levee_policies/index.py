"""Look-ups over a plan that cost nothing twice: whatever judges resources one by one keeps one index for all."""

from __future__ import annotations

import pickle
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from levee.model.data_class import DataClass
from levee.model.role import Role
from levee.model.stream import MonitorKind
from levee.plan.places import NamedPlace, places
from levee.plan.planned import Plan, PlannedArchive, PlannedCredential, PlannedSource, PlannedTopic
from levee.targets import parts
from levee.targets.aws.names import delivery_role_name
from levee_policies.confinement import Confinement, confinements

if TYPE_CHECKING:
    from levee.plan.part import Part

LAST: Final = "\U0010ffff"  # sorts after every character of a topic's name


@dataclass(frozen=True)
class Index:
    """A declared plan by its keys."""

    plan: Plan

    @cached_property
    def apart(self) -> Index:
        """The same of a copy of the plan: what another's rule does to it changes nothing that is judged or made."""
        return Index(pickle.loads(pickle.dumps(self.plan, pickle.HIGHEST_PROTOCOL)))  # noqa: S301 - our own bytes

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
        """The topics by their name in Kafka, in order of name."""
        return {topic.name: topic for topic in sorted(self.plan.topics, key=lambda topic: topic.name)}

    @cached_property
    def checkpoints(self) -> frozenset[str]:
        """The names of the topics where carriers keep how far they have come."""
        return frozenset(carrier.checkpoints.name for carrier in self.plan.carriers)

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
        """The credentials by service."""
        return {credential.service: credential for credential in self.plan.credentials}

    @cached_property
    def places(self) -> tuple[NamedPlace, ...]:
        """Every place that the plan names."""
        return tuple(places(self.plan))

    @cached_property
    def confinement(self) -> Mapping[str | None, Confinement]:
        """To which countries each stream's records are confined, and under None all of them; of the others nothing."""
        return confinements(self.plan)

    @cached_property
    def callers(self) -> Mapping[str | None, str]:
        """For what a role that delivers a log group's events may be taken on, by the role's name."""
        return {delivery_role_name(each.name): each.caller for each in self.plan.carriers}

    @cached_property
    def parts(self) -> Mapping[tuple[str, str], Part]:
        """What the plan's target registers beside topics and credentials, by type and name."""
        return {(each.type, each.name): each for each in parts(self.plan)}

    @cached_property
    def carried(self) -> Mapping[str, PlannedSource]:
        """The sources whose events a role delivers, by the role's name."""
        return {
            delivery_role_name(each.name): PlannedSource(stream=each.stream, source=each.source)
            for each in self.plan.carriers
        }

    def named_by(self, stream: str, role: Role) -> frozenset[str]:
        """The services that the stream's own file gives a role, or a sink to run as."""
        return self._named_by.get((stream, role), frozenset())

    @cached_property
    def _named_by(self) -> Mapping[tuple[str, Role], frozenset[str]]:
        found: dict[tuple[str, Role], set[str]] = {}
        for source in self.plan.sources:
            found.setdefault((source.stream, Role.WRITER), set()).add(source.source.service)
        for consumer in self.plan.consumers:
            found.setdefault((consumer.stream, Role.READER), set()).add(consumer.consumer.service)
        for sink in self.plan.sinks:
            found.setdefault((sink.stream, Role.READER), set()).add(sink.sink.service)
        return {key: frozenset(services) for key, services in found.items()}

    def covered(self, name: str, pattern: str) -> Sequence[PlannedTopic]:
        """The topics that an ACL on topics reaches."""
        if pattern == "literal":
            if name == "*":
                return list(self.named.values())
            return [self.named[name]] if name in self.named else []
        names = self._names
        return [self.named[each] for each in names[bisect_left(names, name) : bisect_left(names, name + LAST)]]

    @cached_property
    def _names(self) -> list[str]:
        return list(self.named)
