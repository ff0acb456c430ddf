"""Reads what a cluster holds: a few requests, however many streams there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kafka.protocol.admin import DescribeAclsRequest, DescribeConfigsRequest, DescribeUserScramCredentialsRequest
from kafka.protocol.metadata import MetadataRequest

from levee.model.name import NamePattern, PatternType
from levee.plan.planned import Plan
from levee_infra.kafka.admin.topics import id_text
from levee_infra.verify.access import planned_topics
from levee_infra.verify.client import Client
from levee_infra.verify.live_state import LiveAcl, LiveSetting, LiveState, LiveTopic
from levee_infra.verify.overview import operation_names, own_cluster_rights
from levee_infra.verify.probe_request import NONE, UNKNOWN_TOPIC_OR_PARTITION, error_name
from levee_infra.verify.stream_probes import BY_NAME, TOPIC_RESOURCE

ANY: Final = 1
ALLOW: Final = 3
SET_ON_TOPIC: Final = 1  # DescribeConfigsResponse.ConfigSource.DYNAMIC_TOPIC_CONFIG
BATCH: Final = 1_000

RESOURCE_TYPES: Final = {2: "topic", 3: "group", 4: "cluster", 5: "transactionalId", 6: "delegationToken", 7: "user"}
PATTERN_TYPES: Final = {3: PatternType.LITERAL, 4: PatternType.PREFIXED}
ACL_OPERATIONS: Final = {
    2: "All",
    3: "Read",
    4: "Write",
    5: "Create",
    6: "Delete",
    7: "Alter",
    8: "Describe",
    9: "ClusterAction",
    10: "DescribeConfigs",
    11: "AlterConfigs",
    12: "IdempotentWrite",
    13: "CreateTokens",
    14: "DescribeTokens",
    15: "TwoPhaseCommit",
}
MECHANISMS: Final = {1: "SCRAM-SHA-256", 2: "SCRAM-SHA-512"}


class InventoryFailed(Exception):
    """The cluster couldn't be read, so nothing can be compared; the text says what was refused."""


async def survey(client: Client, plan: Plan) -> LiveState:
    """Read everything that the plan is compared with, as the administrator.

    Raises InventoryFailed, Unreachable, LoginRefused. A list that the administrator may not see is a failure, never an
    empty list.
    """
    cluster = await _cluster(client)
    planned = planned_topics(plan)
    names = [topic.name for topic in planned]
    keys = sorted({key for topic in planned for key, _ in (*topic.settings, *topic.effective)})
    topics: dict[str, LiveTopic] = {}
    for start in range(0, len(names), BATCH):
        topics.update(await _topics(client, names[start : start + BATCH], keys))
    return LiveState(
        cluster_id=str(cluster.cluster_id),
        racks={broker.broker_id: broker.rack for broker in cluster.brokers},
        topics=topics,
        acls=frozenset([acl async for acl in _acls(client)]),
        users=None if plan.block.runs_brokers else await _users(client),
    )


async def _cluster(client: Client) -> Any:
    answer = await client.ask(own_cluster_rights())
    _require(answer.error_code, "describing the cluster")
    missing = {"DESCRIBE", "DESCRIBE_CONFIGS"} - operation_names(answer.authorized_operations)
    if missing:
        raise InventoryFailed(f"{client.login.username} lacks {', '.join(sorted(missing))} on the cluster")
    return answer


async def _topics(client: Client, names: Sequence[str], keys: Sequence[str]) -> dict[str, LiveTopic]:
    request = MetadataRequest(
        topics=[MetadataRequest.MetadataRequestTopic(name=name) for name in names],
        allow_auto_topic_creation=False,
        max_version=BY_NAME,
    )
    shapes = {}
    for topic in (await client.ask(request)).topics:
        # A partition without a leader, or with a replica on a broker that is down, is still the declared shape.
        if topic.error_code == UNKNOWN_TOPIC_OR_PARTITION:
            continue
        _require(topic.error_code, f"describing topic {topic.name}")
        shapes[topic.name] = topic
    settings = await _settings(client, sorted(shapes), keys)
    return {
        name: LiveTopic(
            partitions=len(topic.partitions),
            replication=frozenset(len(partition.replica_nodes) for partition in topic.partitions),
            settings=settings.get(name, {}),
            id=None if topic.topic_id is None else id_text(topic.topic_id.bytes),
        )
        for name, topic in shapes.items()
    }


async def _settings(
    client: Client, names: Sequence[str], keys: Sequence[str]
) -> Mapping[str, Mapping[str, LiveSetting]]:
    wanted = [
        DescribeConfigsRequest.DescribeConfigsResource(
            resource_type=TOPIC_RESOURCE, resource_name=name, configuration_keys=list(keys)
        )
        for name in names
    ]
    settings = {}
    for result in (await client.ask(DescribeConfigsRequest(resources=wanted))).results if wanted else ():
        _require(result.error_code, f"describing the settings of topic {result.resource_name}")
        settings[result.resource_name] = {
            entry.name: LiveSetting(entry.value, entry.config_source == SET_ON_TOPIC) for entry in result.configs
        }
    return settings


async def _acls(client: Client) -> Any:
    request = DescribeAclsRequest(
        resource_type_filter=ANY,
        resource_name_filter=None,
        pattern_type_filter=ANY,
        principal_filter=None,
        host_filter=None,
        operation=ANY,
        permission_type=ANY,
    )
    answer = await client.ask(request)
    _require(answer.error_code, "listing ACLs")
    for resource in answer.resources:
        for acl in _of_resource(resource):
            yield acl


def _of_resource(resource: Any) -> Iterator[LiveAcl]:
    if resource.pattern_type not in PATTERN_TYPES:
        raise InventoryFailed(f"an ACL on {resource.resource_name} matches in a way that levee doesn't know")
    pattern = NamePattern(resource.resource_name, PATTERN_TYPES[resource.pattern_type])
    for acl in resource.acls:
        yield LiveAcl(
            principal=acl.principal,
            resource_type=RESOURCE_TYPES.get(resource.resource_type, str(resource.resource_type)),
            pattern=pattern,
            operation=ACL_OPERATIONS.get(acl.operation, str(acl.operation)),
            host=acl.host,
            allows=acl.permission_type == ALLOW,
        )


async def _users(client: Client) -> Mapping[str, Mapping[str, int]]:
    answer = await client.ask(DescribeUserScramCredentialsRequest(users=None))
    _require(answer.error_code, "listing SCRAM users")
    users = {}
    for result in answer.results:
        _require(result.error_code, f"describing user {result.user}")
        users[result.user] = {
            MECHANISMS.get(info.mechanism, str(info.mechanism)): info.iterations for info in result.credential_infos
        }
    return users


def _require(code: int, what: str) -> None:
    if code != NONE:
        raise InventoryFailed(f"{what} failed: {error_name(code)}")
