"""From a declaration to a plan: pure, deterministic, linear in what is declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from levee.catalog.role import kafka_acls
from levee.model.approval import acknowledged
from levee.model.name import NamePattern
from levee.model.origin import Origin
from levee.model.role import Role
from levee.model.service import Previous, ServiceSpec
from levee.model.stack import StackSpec
from levee.model.stream import ArchiveSpec, Place, StreamSpec
from levee.model.target_block import STACK_KEY
from levee.plan.carriers import carrier_grants, carriers
from levee.plan.planned import (
    Boundary,
    ExistingPrincipal,
    Flow,
    Hop,
    HopKind,
    Plan,
    PlannedArchive,
    PlannedCarrier,
    PlannedConsumer,
    PlannedCredential,
    PlannedFilter,
    PlannedGrant,
    PlannedMonitor,
    PlannedSink,
    PlannedSource,
    PlannedTopic,
    Realization,
    ScramUsers,
)
from levee.plan.topic_settings import topic_settings

SCRAM_ITERATIONS: Final = 8192  # Kafka's floor is 4096 (RFC 7677); twice that is what rule RLS-IDN-008 asks


def build_plan(spec: StackSpec, as_of: date) -> Plan:
    """The plan of a stack as it is due on the day `as_of` (UTC), which lifts protections and ends approvals."""
    streams = {stream.key: stream for stream in spec.streams}
    carried = tuple(carriers(spec, as_of))
    return Plan(
        stack=spec.name,
        project=spec.project,
        target=spec.target,
        owner=spec.owner,
        boundary=Boundary(account=spec.account, region=spec.region, jurisdiction=spec.jurisdiction),
        trusted_accounts=spec.trusted_accounts,
        global_names=spec.global_names,
        cluster=spec.cluster,
        secrets=replace(spec.secrets, key=_key(spec, spec.secrets.key)),
        classes=tuple(spec.classes[name] for name in sorted(spec.classes)),
        topics=tuple(_topic(spec, stream, as_of) for stream in spec.streams),
        credentials=tuple(_credentials(spec, streams, carried)),
        sources=tuple(
            PlannedSource(stream=s.key, source=spec.block.resolved(source, spec.account, spec.region))
            for s in spec.streams
            for source in s.sources
        ),
        carriers=carried,
        consumers=tuple(PlannedConsumer(stream=s.key, consumer=reader) for s in spec.streams for reader in s.consumers),
        filters=tuple(
            PlannedFilter(stream=s.key, text=s.filter, origin=s.origin.at("filter"))
            for s in spec.streams
            if s.filter is not None
        ),
        sinks=tuple(PlannedSink(stream=s.key, sink=sink) for s in spec.streams for sink in s.sinks),
        archives=tuple(
            PlannedArchive(stream=s.key, archive=_archive(spec, s.archive)) for s in spec.streams if s.archive
        ),
        monitors=tuple(PlannedMonitor(stream=s.key, monitor=monitor) for s in spec.streams for monitor in s.monitors),
        flows=tuple(_flow(spec, stream) for stream in spec.streams),
        block=spec.block,
        retire=spec.retire,
        acknowledged=acknowledged(spec.approvals, as_of),
        principals=spec.principals,
        origin=spec.origin,
    )


def _key(spec: StackSpec, key: str | None) -> str | None:
    return spec.block.own_key(spec.name, spec.account, spec.region) if key == STACK_KEY else key


def _archive(spec: StackSpec, archive: ArchiveSpec) -> ArchiveSpec:
    return replace(archive, key=_key(spec, archive.key))


def _topic(spec: StackSpec, stream: StreamSpec, as_of: date) -> PlannedTopic:
    retire = stream.retire if stream.retire is not None and stream.retire.is_due(as_of) else None
    regulated = spec.classes[stream.data_class].regulated
    declared = topic_settings(_settings(stream), spec.cluster.settings, regulated=regulated)
    return PlannedTopic(
        stream=stream.key,
        name=stream.topic,
        owner=stream.owner,
        cost_centre=stream.cost_centre or spec.cost_centre,
        legal_basis=stream.legal_basis,
        data_class=stream.data_class,
        partitions=stream.partitions,
        replication=stream.replication,
        settings=declared.settings,
        effective=declared.effective,
        protected=regulated and retire is None,
        retire=stream.retire,
        approvals=stream.approvals,
        let_go=retire is not None and retire.let_go,
        acknowledged=acknowledged(stream.approvals, as_of),
        adopt=stream.adopt,
        may_adopt=stream.adopt is not None and stream.adopt.is_due(as_of),
        delete_adopted=retire is not None and retire.deletes is not None,
        origin=stream.origin,
    )


def _settings(stream: StreamSpec) -> dict[str, str]:
    """What a stream's own words come to as topic settings, over safe values that a broker's defaults can't undo."""
    settings = {
        "cleanup.policy": "delete",
        "unclean.leader.election.enable": "false",
        **stream.settings,
        "min.insync.replicas": str(stream.min_insync),
        "retention.ms": str(stream.retention.milliseconds),
    }
    if stream.retention_size is not None:
        settings["retention.bytes"] = str(stream.retention_size.bytes)
    return settings


def _credentials(
    spec: StackSpec, streams: Mapping[str, StreamSpec], carried: Iterable[PlannedCarrier]
) -> Iterator[PlannedCredential]:
    grants: dict[str, list[PlannedGrant]] = defaultdict(list)
    owners: dict[str, str] = {}
    for stream in spec.streams:
        for name, grant in _stream_grants(stream):
            grants[name].append(grant)
            owners.setdefault(name, stream.owner)
    for carrier in carried:
        grants[carrier.source.service] += carrier_grants(carrier)
    for name in sorted(grants.keys() | spec.services.keys()):
        service = spec.services.get(name)
        declared = [*grants[name], *(_service_grants(service, streams) if service else ())]
        if declared:
            owner = (service.owner if service else None) or owners.get(name, spec.owner)
            yield _credential(name, owner, service, declared)


def _credential(name: str, owner: str, service: ServiceSpec | None, grants: list[PlannedGrant]) -> PlannedCredential:
    acls = {acl for g in grants for acl in kafka_acls(g.role, g.topics, g.groups, g.transactional_ids)}
    return PlannedCredential(
        service=name,
        owner=owner,
        realized_as=_realization(service),
        grants=tuple(grants),
        acls=tuple(sorted(acls)),
        assumed_by=service.assumed_by if service else None,
        origin=service.origin if service else grants[0].origin,
    )


def _realization(service: ServiceSpec | None) -> Realization:
    """How the target makes the identity: here every way that there is has its line."""
    if service is not None and service.principal is not None:
        return ExistingPrincipal(name=service.principal)
    return ScramUsers(
        generation=service.generation if service else 1,
        previous=service.previous if service else Previous.VALID,
        iterations=SCRAM_ITERATIONS,
        rotate_every=service.rotate_every if service else None,
    )


def _stream_grants(stream: StreamSpec) -> Iterator[tuple[str, PlannedGrant]]:
    for source in stream.sources:
        yield source.service, _exact(Role.WRITER, stream, source.origin, transactional_ids=source.transactional_ids)
    for consumer in stream.consumers:
        yield consumer.service, _exact(Role.READER, stream, consumer.origin, groups=consumer.groups)


def _exact(
    role: Role,
    stream: StreamSpec,
    origin: Origin,
    *,
    groups: tuple[NamePattern, ...] = (),
    transactional_ids: tuple[NamePattern, ...] = (),
) -> PlannedGrant:
    return PlannedGrant(
        role=role,
        topics=(NamePattern(stream.topic),),
        streams=(stream.key,),
        groups=groups,
        transactional_ids=transactional_ids,
        origin=origin,
    )


def _service_grants(service: ServiceSpec, streams: Mapping[str, StreamSpec]) -> Iterable[PlannedGrant]:
    for grant in service.grants:
        exact = tuple(NamePattern(streams[key].topic) for key in grant.streams)
        yield PlannedGrant(
            role=grant.role,
            topics=exact if grant.topics is None else (grant.topics,),
            streams=grant.streams,
            groups=grant.groups,
            transactional_ids=(),
            origin=grant.origin,
        )


def _flow(spec: StackSpec, stream: StreamSpec) -> Flow:
    def hop(kind: HopKind, name: str, place: Place, origin: Origin) -> Hop:
        account, region = place.account or spec.account, place.region or spec.region
        return Hop(kind=kind, name=name, account=account, region=region, origin=origin)

    hops = [hop(HopKind.SOURCE, source.service, source.place, source.origin) for source in stream.sources]
    hops.append(hop(HopKind.TOPIC, stream.topic, Place(), stream.origin))
    hops += [hop(HopKind.CONSUMER, consumer.service, consumer.place, consumer.origin) for consumer in stream.consumers]
    hops += [hop(HopKind.SINK, sink.destination, sink.place, sink.origin) for sink in stream.sinks]
    if stream.archive is not None:
        hops.append(hop(HopKind.ARCHIVE, stream.archive.bucket, stream.archive.place, stream.archive.origin))
    return Flow(stream=stream.key, hops=tuple(hops))
