"""What rules may know: the plan, the day, and look-ups over the plan that cost nothing twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from levee.catalog.region import AREAS, countries_of, jurisdictions_of, jurisdictions_of_country
from levee.model.conventions import Conventions
from levee.model.data_class import DataClass
from levee.model.site import Site
from levee.model.stream import MonitorKind
from levee.model.waiver import Waiver
from levee.plan.change import ChangeSet
from levee.plan.observed import Observed
from levee.plan.places import NamedPlace
from levee.plan.planned import Plan, PlannedArchive, PlannedCredential, PlannedTopic
from levee.plan.unknown import UnknownValueError
from levee_policies.confinement import Confinement
from levee_policies.index import Index

if TYPE_CHECKING:
    from levee.plan.part import Part
    from levee.plan.registered import Registered
    from levee_policies.as_planned import Outputs
    from levee_policies.failure import Failure
    from levee_policies.finding import Finding
    from levee_policies.rule import Rule
    from levee_policies.waivers import WaiverUse


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an evaluation needs beside the plan.

    `as_of` is the day on which the plan is judged: rules know no clock. `sites` are the project's own places, by name:
    they stand where a region does. `surroundings` are the variables of the environment that say for which account and
    region a pipeline runs (see `levee_policies.ci_environment`). `changes` is what the plan changes of what is
    deployed, where that is judged, and `max_removed` how many percent of it may go in one run. `observed` is what
    registered resources say, where those are judged. `exemptions` are the findings that only a waiver of the same
    change lets through (see `levee_policies.same_change`); None where that isn't known. `never_waived` are rules that
    allow no waiver, on whichever feed they are judged. `own_rules` are the organization's, judged after levee's.
    `conventions` say how the project spells names.
    """

    as_of: date
    waivers: tuple[Waiver, ...] = ()
    sites: Mapping[str, Site] = field(default_factory=dict)
    surroundings: Mapping[str, str] = field(default_factory=dict)
    changes: ChangeSet | None = None
    max_removed: int = 20
    observed: Observed | None = None
    exemptions: tuple[Finding, ...] | None = None
    never_waived: tuple[Rule[Any], ...] = ()
    own_rules: tuple[Rule[Any], ...] = ()
    conventions: Conventions = field(default_factory=Conventions)


@dataclass(frozen=True)
class Facts:
    """A plan in its context. `waiver_uses` and `failures` are of the rules that were judged first."""

    index: Index
    context: Context
    waiver_uses: tuple[WaiverUse, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def plan(self) -> Plan:
        """What is declared."""
        return self.index.plan

    @property
    def classes(self) -> Mapping[str, DataClass]:
        """The data classes by name."""
        return self.index.classes

    @property
    def topics(self) -> Mapping[str, PlannedTopic]:
        """The declared topics by stream."""
        return self.index.topics

    @property
    def named(self) -> Mapping[str, PlannedTopic]:
        """The declared topics by their name in Kafka, in order of name."""
        return self.index.named

    @property
    def archives(self) -> Mapping[str, PlannedArchive]:
        """The archives by stream."""
        return self.index.archives

    @property
    def monitored(self) -> Mapping[str, frozenset[MonitorKind]]:
        """What is watched for, by stream."""
        return self.index.monitored

    @property
    def credentials(self) -> Mapping[str, PlannedCredential]:
        """The declared credentials by service."""
        return self.index.credentials

    @property
    def places(self) -> Sequence[NamedPlace]:
        """Every place that the declaration names."""
        return self.index.places

    @property
    def callers(self) -> Mapping[str | None, str]:
        """For what a role that delivers a log group's events may be taken on, by the role's name."""
        return self.index.callers

    @property
    def parts(self) -> Mapping[tuple[str, str], Part]:
        """What the plan's target registers beside topics and credentials, by type and name."""
        return self.index.parts

    @property
    def registered_parts(self) -> Mapping[tuple[str, str], Registered]:
        """The registered resources of kinds that plans have parts of, by type and name."""
        return self.context.observed.parts if self.context.observed else {}

    @cached_property
    def made(self) -> Outputs:
        """What is known of the outputs of registered parts."""
        from levee_policies.as_planned import outputs_of  # files need it not, and every command waits for its imports

        return outputs_of(self.registered_parts.values())

    def confinement(self, stream: str | None) -> Confinement | None:
        """To which countries a stream's records are confined, None's those of all streams. None: to none."""
        return self.index.confinement.get(stream)

    def countries_of(self, region: str, *, area: bool) -> frozenset[str]:
        """The countries that a region, a site of the project's or, with `area`, an area lies in. Empty: not known."""
        site = self.context.sites.get(region)
        if site is not None:
            return frozenset({site.country})
        return countries_of(region) if area or region not in AREAS else frozenset()

    def covered(self, name: str, pattern: str) -> Sequence[PlannedTopic]:
        """The declared topics that an ACL on topics reaches."""
        return self.index.covered(name, pattern)

    def jurisdictions_of(self, region: str) -> frozenset[str]:
        """The jurisdictions that a cloud's region or a site of the project's lies in. Empty: not known."""
        site = self.context.sites.get(region)
        return jurisdictions_of(region) if site is None else jurisdictions_of_country(site.country)

    def class_of(self, topic: PlannedTopic) -> DataClass:
        """The topic's data class. Raises UnknownValueError where no stream file gives it one."""
        if topic.data_class not in self.classes:
            raise UnknownValueError(f"the data class of topic {topic.name}", "declare the topic in a stream file")
        return self.classes[topic.data_class]

    def class_of_stream(self, stream: str) -> DataClass:
        """The data class of the declared stream with this key."""
        return self.class_of(self.topics[stream])
