"""Marks of ownership as the brokers hold them, asked of them directly, and ways to write and remove them by hand."""

from typing import Any

from confluent_kafka.admin import (
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)
from kafka import KafkaAdminClient
from kafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

from tests.support.cluster import LocalCluster
from tests.support.everywhere import everywhere, until

TOPIC, USER = 2, 7
DESCRIBE, DESCRIBE_TOKENS = 8, 14


@everywhere
def marks_on(cluster: LocalCluster, topic: str) -> set[tuple[str, str]]:
    """The marks on a topic: principal and operation."""
    everything = AclBindingFilter(
        ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, None, None, AclOperation.ANY, AclPermissionType.ANY
    )
    admin = cluster.admin()
    found = admin.describe_acls(everything).result()
    return {(acl.principal, acl.operation.name) for acl in found if acl.principal.startswith("Levee:")}


@everywhere
def owners_of_user(cluster: LocalCluster, username: str) -> set[str]:
    """The owners whose marks are on a user."""
    request = DescribeAclsRequest(
        resource_type_filter=USER,
        resource_name_filter=f"User:{username}",
        pattern_type_filter=3,
        principal_filter=None,
        host_filter=None,
        operation=1,
        permission_type=1,
    )
    answer = _send(cluster, request)
    return {acl.principal.removeprefix("Levee:") for resource in answer.resources for acl in resource.acls}


def mark_by_hand(cluster: LocalCluster, name: str, owner: str, *, user: bool = False) -> None:
    """Write the mark of an owner on a topic or a user, and wait until brokers show it."""
    creation = CreateAclsRequest.AclCreation(
        resource_type=USER if user else TOPIC,
        resource_name=f"User:{name}" if user else name,
        resource_pattern_type=3,
        principal=f"Levee:{owner}",
        host="*",
        operation=DESCRIBE_TOKENS if user else DESCRIBE,
        permission_type=3,
    )
    answer = _send(cluster, CreateAclsRequest(creations=[creation]))
    assert [result.error_code for result in answer.results] == [0]
    if user:
        until(lambda: owner in owners_of_user(cluster, name))
    else:
        until(lambda: f"Levee:{owner}" in {principal for principal, _ in marks_on(cluster, name)})


def unmark_by_hand(cluster: LocalCluster, topic: str, owner: str) -> None:
    """Remove the mark of an owner from a topic, and wait until brokers show it."""
    chosen = DeleteAclsRequest.DeleteAclsFilter(
        resource_type_filter=TOPIC,
        resource_name_filter=topic,
        pattern_type_filter=3,
        principal_filter=f"Levee:{owner}",
        host_filter=None,
        operation=1,
        permission_type=1,
    )
    _send(cluster, DeleteAclsRequest(filters=[chosen]))
    until(lambda: f"Levee:{owner}" not in {principal for principal, _ in marks_on(cluster, topic)})


def _send(cluster: LocalCluster, request: Any) -> Any:
    client: Any = KafkaAdminClient(
        bootstrap_servers=cluster.bootstrap_servers,
        security_protocol="SASL_SSL",
        ssl_cafile=str(cluster.ca),
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=cluster.admin_username,
        sasl_plain_password=cluster.status.administrator.password(),
    )
    try:
        return client._manager.run(client._manager.send, request)
    finally:
        client.close()
