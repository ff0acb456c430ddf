"""What the live Kafka cluster says against a plan, asked before anything is registered; nothing is changed.

The cluster's identity, where its brokers stand, whether the administrator holds what the plan needs, whether a topic
that exists contradicts its declaration, and whether a grant reaches what is another stack's by its mark.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from levee.catalog.rack import region_of_rack
from levee.diagnostics import LeveeError, Rejected
from levee.loading.locate import diagnose
from levee.model.problem import Problem
from levee.plan.planned import Plan, PlannedTopic
from levee_infra.kafka.admin.connection import Connection
from levee_infra.kafka.admin.session import Session
from levee_infra.kafka.broker_values import overruled
from levee_infra.kafka.connection import admin_connection
from levee_infra.kafka.held_by_others import held_by_others
from levee_infra.kafka.login.contract import CORRECT, LoginRefusedError
from levee_infra.kafka.reach import Held, grants_anothers
from levee_infra.providers.protocol.failures import FailedError, RefusedError

REQUIRED_OPERATIONS: Final = ("DESCRIBE", "ALTER", "CREATE", "DESCRIBE_CONFIGS", "ALTER_CONFIGS")


@dataclass(frozen=True, slots=True)
class LiveTopic:
    """Shape of a topic on the cluster: its number of partitions and of replicas of each."""

    partitions: int
    replication: int


@dataclass(frozen=True, slots=True)
class LiveCluster:
    """What the cluster says of itself. `racks` are by broker id; `overruled` is a line for each setting of brokers that
    ends to count; `others` is what other stacks hold that a grant may reach.
    """

    id: str
    racks: Mapping[int, str | None]
    topics: Mapping[str, LiveTopic]
    overruled: tuple[str, ...] = ()
    others: tuple[Held, ...] = ()


def look(plan: Plan, project: Path) -> LiveCluster:
    """Ask the plan's cluster. Raises LeveeError where it can't be asked or the administrator lacks what is needed."""
    connection = admin_connection(plan.cluster, project)
    # Pulumi runs the program inside an event loop of its own.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _look(connection, plan)).result()


def refuse_contradictions(plan: Plan, live: LiveCluster, project: Path) -> None:
    """Raises Rejected (exit 1) with everything in which plan and cluster can't both be right."""
    _refuse(list(contradictions(plan, live)), project)


def contradictions(plan: Plan, live: LiveCluster) -> Iterator[Problem]:
    """Everything in which the plan and the cluster can't both be right."""
    yield from identity_problems(plan, live)
    yield from _places(plan, live)
    for topic in plan.topics:
        if topic.name in live.topics:
            yield from _shape(topic, live.topics[topic.name])
    yield from grants_anothers(plan, live.others)


def identity_problems(plan: Plan, live: LiveCluster) -> Iterator[Problem]:
    """Whether it is another cluster, or stands elsewhere."""
    if live.id != plan.cluster.id:
        yield Problem(
            "wrong-cluster",
            f"the brokers at {', '.join(plan.cluster.bootstrap)} are cluster {live.id}, not {plan.cluster.id}",
            "point cluster.bootstrap at the declared cluster, or declare this one after checking that it is meant",
            plan.origin.at("cluster", "id"),
        )


def _places(plan: Plan, live: LiveCluster) -> Iterator[Problem]:
    # A broker that is down is not asked: revoking a credential must not wait for it. `levee verify` counts brokers.
    for broker, rack in sorted(live.racks.items()):
        region = region_of_rack(rack)
        if region is None:
            yield Problem(
                "unknown-region",
                f"broker {broker} has rack {rack!r}, which names no region: where it stands is unknown",
                "set broker.rack=region/zone on the broker; levee takes unknown for outside",
                plan.origin.at("region"),
            )
        elif region != plan.boundary.region:
            yield Problem(
                "wrong-region",
                f"broker {broker} stands in {region} (rack {rack}), outside the stack's region {plan.boundary.region}",
                "use a cluster inside the region, or declare the region in which it really is",
                plan.origin.at("region"),
            )


def _shape(topic: PlannedTopic, live: LiveTopic) -> Iterator[Problem]:
    if topic.partitions < live.partitions:
        yield Problem(
            "partition-decrease",
            f"topic {topic.name} has {live.partitions} partitions and the file says {topic.partitions}; "
            "Kafka can't remove partitions, and recreating the topic would lose its records",
            f"write partitions: {live.partitions}, or make a new stream and move its writers there",
            topic.origin.at("partitions"),
        )
    if topic.replication != live.replication:
        yield Problem(
            "replication-change",
            f"topic {topic.name} has {live.replication} replicas of each partition and the declaration says "
            f"{topic.replication}; levee doesn't move replicas",
            f"write replication: {live.replication}; reassign partitions with Kafka's own tool first to change it",
            topic.origin.at("replication"),
        )


def _refuse(problems: Sequence[Problem], project: Path) -> None:
    if problems:
        raise Rejected(diagnose(project, problems), exit_code=1)


async def _look(connection: Connection, plan: Plan) -> LiveCluster:
    session = Session(connection)
    try:
        await session.require(*REQUIRED_OPERATIONS)
        timeout = connection.timeout_seconds
        cluster = await session.ask(lambda client: client.describe_cluster(request_timeout=timeout))
        metadata = await session.call(lambda client: client.list_topics(timeout=timeout))
        racks = {node.id: node.rack for node in cluster.nodes}
        topics = {name: _live_topic(topic) for name, topic in metadata.topics.items() if topic.partitions}
        others = await held_by_others(session, connection, plan, topics)
        decided = await overruled(session, (topic for topic in plan.topics if topic.name in topics), racks)
    except LoginRefusedError as error:
        raise LeveeError(str(error), CORRECT) from None
    except (FailedError, RefusedError) as error:
        hint = "check that the cluster is up (the local one: `levee local status`, `levee local up`) and reachable"
        raise LeveeError(str(error), hint) from None
    finally:
        await session.close()
    return LiveCluster(id=cluster.cluster_id, racks=racks, topics=topics, overruled=decided, others=others)


def _live_topic(metadata: Any) -> LiveTopic:
    replicas = {len(partition.replicas) for partition in metadata.partitions.values()}
    return LiveTopic(partitions=len(metadata.partitions), replication=max(replicas))
