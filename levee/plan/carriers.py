"""What brings the events of a log service that can't send to Kafka to a stream's topic: a data stream that a carrier
(`levee carry`) drains. Derived from the declaration alone; which sources need one, the target's block says.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from levee.model.approval import acknowledged
from levee.model.name import CHECKPOINTS, NamePattern
from levee.model.role import Role
from levee.model.stack import StackSpec
from levee.model.stream import SourceSpec, StreamSpec
from levee.plan.planned import PlannedCarrier, PlannedGrant, PlannedTopic
from levee.plan.topic_settings import topic_settings


def carriers(spec: StackSpec, as_of: date) -> Iterator[PlannedCarrier]:
    """One for each source whose events levee brings, as it is due on the day `as_of`."""
    for stream in spec.streams:
        for source in stream.sources:
            if spec.block.carries(source):
                yield _carrier(spec, stream, source, as_of)


def carrier_name(stack: str, stream: str, service: str) -> str:
    """The data stream that takes the events out of the log service. None of the three has a dot."""
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
    resolved = spec.block.resolved(source, spec.account, spec.region)
    return PlannedCarrier(stream=stream.key, topic=stream.topic, source=resolved, name=name, checkpoints=checkpoints)
