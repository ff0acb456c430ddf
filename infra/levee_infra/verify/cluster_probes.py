"""Each operation on the cluster as a request without effect. No service may do any of them.

`nobody` is a made-up name: no user, no principal and no cluster is called so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from kafka.protocol.admin import (
    AlterUserScramCredentialsRequest,
    CreateAclsRequest,
    DescribeAclsRequest,
    IncrementalAlterConfigsRequest,
)

from levee_infra.verify.probe import Probe
from levee_infra.verify.probe_request import INVALID_REQUEST, NONE, RESOURCE_NOT_FOUND, ProbeRequest

ANY: Final = 1
CLUSTER_RESOURCE: Final = 4
LITERAL: Final = 3
DESCRIBE: Final = 8
ALLOW: Final = 3
BROKER_RESOURCE: Final = 4
SCRAM_SHA_512: Final = 2


def list_acls(nobody: str) -> ProbeRequest:
    """Ask for the ACLs of a principal that doesn't exist."""
    request = DescribeAclsRequest(
        resource_type_filter=ANY,
        resource_name_filter=None,
        pattern_type_filter=ANY,
        principal_filter=f"User:{nobody}",
        host_filter=None,
        operation=ANY,
        permission_type=ANY,
    )
    return ProbeRequest(request, lambda answer: answer.error_code, frozenset({NONE}), done=True)


def change_acls(nobody: str) -> ProbeRequest:
    """Create an ACL on a cluster of a wrong name. Permitted: INVALID_REQUEST, for there is only `kafka-cluster`."""
    creation = CreateAclsRequest.AclCreation(
        resource_type=CLUSTER_RESOURCE,
        resource_name=nobody,
        resource_pattern_type=LITERAL,
        principal=f"User:{nobody}",
        host="*",
        operation=DESCRIBE,
        permission_type=ALLOW,
    )
    request = CreateAclsRequest(creations=[creation])
    return ProbeRequest(request, lambda answer: answer.results[0].error_code, frozenset({INVALID_REQUEST}))


def change_cluster(_nobody: str) -> ProbeRequest:
    """Change none of the brokers' settings, and only as a dry run."""
    resource = IncrementalAlterConfigsRequest.AlterConfigsResource(
        resource_type=BROKER_RESOURCE, resource_name="", configs=[]
    )
    request = IncrementalAlterConfigsRequest(resources=[resource], validate_only=True)
    return ProbeRequest(request, lambda answer: answer.responses[0].error_code, frozenset({NONE}))


def change_users(nobody: str) -> ProbeRequest:
    """Delete a user that doesn't exist. Permitted: RESOURCE_NOT_FOUND."""
    deletion = AlterUserScramCredentialsRequest.ScramCredentialDeletion(name=nobody, mechanism=SCRAM_SHA_512)
    request = AlterUserScramCredentialsRequest(deletions=[deletion], upsertions=[])
    return ProbeRequest(request, lambda answer: answer.results[0].error_code, frozenset({RESOURCE_NOT_FOUND}))


CLUSTER_REQUESTS: Final[Mapping[Probe, Callable[[str], ProbeRequest]]] = MappingProxyType(
    {
        Probe.LIST_ACLS: list_acls,
        Probe.CHANGE_ACLS: change_acls,
        Probe.CHANGE_CLUSTER: change_cluster,
        Probe.CHANGE_USERS: change_users,
    }
)
