"""What brings a log group's events to a stream's topic, derived from the declaration alone.

CloudWatch Logs can't send to Kafka, so its events go by a Kinesis data stream that a carrier (`levee carry`) drains.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from levee.catalog.partition import partition_name
from levee.model.approval import acknowledged
from levee.model.name import CHECKPOINTS, NamePattern
from levee.model.role import Role
from levee.model.stack import StackSpec, Target
from levee.model.stream import SourceKind, SourceSpec, StreamSpec, Trust
from levee.plan.planned import PlannedCarrier, PlannedGrant, PlannedTopic
from levee.plan.topic_settings import topic_settings

CARRIED_HOURS: Final = 168
"""For so long a data stream keeps records, and whatever drains it may be down."""


def is_carried(target: Target, source: SourceSpec) -> bool:
    """Whether levee itself brings this source's events."""
    return target is Target.AWS and source.kind is SourceKind.CLOUDWATCH_LOGS and source.log_group is not None


def with_trust(spec: StackSpec, source: SourceSpec) -> SourceSpec:
    """A source as planned: where its file doesn't say who may deliver a log group's events, that log group alone."""
    if not is_carried(spec.target, source):
        return source
    declared = source.trust or Trust(source_account=None, source_arn=None)
    place = f"{spec.region}:{spec.account}:log-group:{source.log_group}"
    arn = f"arn:{partition_name(spec.region)}:logs:{place}:*"
    return replace(
        source,
        trust=Trust(source_account=declared.source_account or spec.account, source_arn=declared.source_arn or arn),
    )


def carriers(spec: StackSpec, as_of: date) -> Iterator[PlannedCarrier]:
    """One for each source that a log group is, as it is due on the day `as_of`."""
    for stream in spec.streams:
        for source in stream.sources:
            if is_carried(spec.target, source):
                yield _carrier(spec, stream, source, as_of)


def carrier_name(stack: str, stream: str, service: str) -> str:
    """The data stream that takes a log group's events out of CloudWatch Logs. None of the three has a dot."""
    return f"{stack}.{stream}.{service}"


def carrier_grants(carrier: PlannedCarrier) -> Iterator[PlannedGrant]:
    """What the source's service needs beside writing its stream: transactions of its own, and its checkpoints."""
    checkpoints = NamePattern(carrier.checkpoints.name)
    transactions = {Role.WRITER: (NamePattern(carrier.name),)}
    for role in (Role.WRITER, Role.READER):
        yield PlannedGrant(
            role=role,
            topics=(checkpoints,),
            streams=(),
            groups=(),
            transactional_ids=transactions.get(role, ()),
            origin=carrier.source.origin,
        )


def _carrier(spec: StackSpec, stream: StreamSpec, source: SourceSpec, as_of: date) -> PlannedCarrier:
    name = carrier_name(spec.name, stream.key, source.service)
    own = {
        "cleanup.policy": "compact",
        "min.insync.replicas": str(stream.min_insync),
        "unclean.leader.election.enable": "false",
    }
    declared = topic_settings(own, spec.cluster.settings, regulated=spec.classes[stream.data_class].regulated)
    checkpoints = PlannedTopic(
        stream=stream.key,
        name=f"{CHECKPOINTS}{name}",
        owner=stream.owner,
        cost_centre=stream.cost_centre or spec.cost_centre,
        legal_basis=stream.legal_basis,
        data_class=stream.data_class,
        partitions=1,
        replication=stream.replication,
        settings=declared.settings,
        effective=declared.effective,
        protected=False,
        retire=None,
        acknowledged=acknowledged(stream.approvals, as_of),
        let_go=stream.retire is not None and stream.retire.is_due(as_of) and stream.retire.let_go,
        adopt=stream.adopt,
        may_adopt=stream.adopt is not None and stream.adopt.is_due(as_of),
        origin=source.origin,
    )
    return PlannedCarrier(
        stream=stream.key, topic=stream.topic, source=with_trust(spec, source), name=name, checkpoints=checkpoints
    )
