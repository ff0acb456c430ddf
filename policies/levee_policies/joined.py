"""Streams, with what is declared or registered of each: what populations join for rules that judge both feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Final

from levee.model.role import Role
from levee.model.stream import ArchiveSpec, MonitorKind
from levee.plan.observed import Encrypted, Principal, declared_encryptions
from levee.plan.planned import HopKind, PlannedGrant, PlannedSource, PlannedTopic
from levee.plan.registered import is_known
from levee.plan.unknown import or_unknown
from levee_policies.access import MANAGING
from levee_policies.facts import Facts

if TYPE_CHECKING:
    from levee.model.data_class import DataClass
    from levee.plan.part import Part
    from levee.plan.registered import Registered

_SILENT: Final = frozenset({"description", "tags"})
"""Inputs of a monitor's parts that decide neither when it tells nor whom."""
_ROLES: Final = {"read": Role.READER, "write": Role.WRITER, **dict.fromkeys(MANAGING, Role.MANAGER)}


@dataclass(frozen=True, slots=True)
class StreamArchive:
    """A stream with its archive; None: there is none."""

    topic: PlannedTopic
    archive: ArchiveSpec | None


@dataclass(frozen=True, slots=True)
class StreamMonitors:
    """A stream with what is watched for. `urn` is of the resource that shows it."""

    topic: PlannedTopic
    kinds: frozenset[MonitorKind]
    urn: str = ""


def stream_archives(facts: Facts) -> Iterator[StreamArchive]:
    """Every stream; of what is registered, those whose topic or archive is, or of which the archive is missing."""
    observed = facts.context.observed
    declared = {stream: each.archive for stream, each in facts.archives.items()}
    if observed is None:
        for topic in facts.plan.topics:
            yield StreamArchive(topic, declared.get(topic.stream))
        return
    topics = {each.stream: each for each in observed.topics if each.origin.file}
    missing = {part.stream: None for part in _missing(facts) if part.realizes is HopKind.ARCHIVE}
    registered = {each.stream: each.archive for each in observed.archives}
    for stream in dict.fromkeys((*topics, *missing, *registered)):
        found = topics.get(stream or "") or facts.topics.get(stream or "")
        if found is not None:
            archive = declared.get(found.stream) if stream not in missing else None
            yield StreamArchive(found, registered.get(found.stream, archive))


def stream_monitors(facts: Facts) -> Iterator[StreamMonitors]:
    """Every stream; of what is registered, those with a monitor's part that is registered or missing. A monitor with a
    part that isn't as planned watches for something else.
    """
    if facts.context.observed is None:
        for topic in facts.plan.topics:
            yield StreamMonitors(topic, facts.monitored.get(topic.stream, frozenset()))
        return
    parts: dict[str, list[tuple[Part, Registered | None]]] = defaultdict(list)
    registered = ((facts.parts.get(key), each) for key, each in facts.registered_parts.items())
    for part, each in (*registered, *((part, None) for part in _missing(facts))):
        if part is not None and part.stream is not None and isinstance(part.realizes, MonitorKind):
            parts[part.stream].append((part, each))
    for stream, found in parts.items():
        urn = next((each.urn for _, each in found if each is not None), "")
        kinds = or_unknown(partial(_watched, facts.monitored[stream], found, facts))
        yield StreamMonitors(facts.topics[stream], kinds, urn)


def _watched(
    declared: frozenset[MonitorKind], parts: Iterable[tuple[Part, Registered | None]], facts: Facts
) -> frozenset[MonitorKind]:
    from levee_policies.as_planned import differing_inputs  # files need it not, and every command waits for its imports

    return declared - {
        part.realizes
        for part, registered in parts
        if registered is None or set(differing_inputs(part, registered, facts.made)) - _SILENT
    }


def encryptions(facts: Facts) -> Iterator[tuple[DataClass, Encrypted]]:
    """Whatever holds data of a class, with that class."""
    observed, plan = facts.context.observed, facts.plan
    if observed is None:
        key, origin = plan.cluster.encryption.key, plan.origin.at("cluster")
        for name in dict.fromkeys(topic.data_class for topic in plan.topics):
            what = f"the cluster, which holds {name} data,"
            yield facts.classes[name], Encrypted(stream="", what=what, key=key, origin=origin)
    for each in declared_encryptions(plan) if observed is None else observed.encrypted:
        if each.stream in facts.topics:
            yield facts.class_of_stream(each.stream), each


def carried_sources(facts: Facts) -> Iterator[PlannedSource]:
    """The sources whose events a registered role delivers, each with the trust of that role."""
    for caller in facts.context.observed.callers if facts.context.observed else ():
        planned = facts.index.carried.get(caller.role) if is_known(caller.role) else None
        if planned is not None:
            origin = replace(planned.source.origin, urn=caller.origin.urn)
            yield replace(planned, source=replace(planned.source, trust=caller.trust, origin=origin))


def registered_grants(principal: Principal, facts: Facts) -> tuple[PlannedGrant, ...]:
    """The roles that a principal's registered access to declared topics, each by its name, comes to."""
    streams: dict[Role, dict[str, None]] = defaultdict(dict)
    for access in principal.access:
        if access.allows and access.resource_type == "topic" and access.pattern == "literal":
            roles = Role if access.operation == "all" else (_ROLES.get(access.operation),)
            for topic, role in product(facts.covered(access.name, access.pattern), filter(None, roles)):
                streams[role][topic.stream] = None
    return tuple(
        PlannedGrant(
            role=role, topics=(), streams=tuple(each), groups=(), transactional_ids=(), origin=principal.origin
        )
        for role, each in streams.items()
    )


def _missing(facts: Facts) -> Iterator[Part]:
    """The parts that aren't registered, where it is known what is."""
    observed = facts.context.observed
    if observed is not None and observed.complete:
        yield from (part for key, part in facts.parts.items() if key not in observed.parts)
