"""What the brokers hold of credentials, asked of them directly, and ways to spoil it by hand."""

from collections.abc import Iterable

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from tests.support.cluster import LocalCluster
from tests.support.everywhere import everywhere


@everywhere
def acls_of(cluster: LocalCluster, principal: str) -> set[tuple[str, str]]:
    """Operation and resource name of all ACLs of a principal."""
    chosen = AclBindingFilter(
        ResourceType.ANY, None, ResourcePatternType.ANY, principal, None, AclOperation.ANY, AclPermissionType.ANY
    )
    admin = cluster.admin()
    return {(binding.operation.name, binding.name) for binding in admin.describe_acls(chosen).result()}


@everywhere
def users(cluster: LocalCluster, service: str) -> set[str]:
    """Users of a service's generations."""
    admin = cluster.admin()
    return {user for user in admin.describe_user_scram_credentials().result() if user.startswith(f"{service}.g")}


@everywhere
def iterations_of(cluster: LocalCluster, user: str) -> list[int]:
    """Iterations of each of a user's passwords."""
    admin = cluster.admin()
    described = admin.describe_user_scram_credentials([user])[user].result()
    return [info.iterations for info in described.scram_credential_infos]


def binding(
    principal: str, topic: str, operation: str, permission: AclPermissionType = AclPermissionType.ALLOW
) -> AclBinding:
    return AclBinding(
        ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, principal, "*", AclOperation[operation], permission
    )


def create_acl(cluster: LocalCluster, acl: AclBinding) -> None:
    admin = cluster.admin()
    for future in admin.create_acls([acl]).values():
        future.result()


def delete_acl(cluster: LocalCluster, acl: AclBinding) -> None:
    admin = cluster.admin()
    chosen = AclBindingFilter(
        acl.restype, acl.name, acl.resource_pattern_type, acl.principal, acl.host, acl.operation, acl.permission_type
    )
    for future in admin.delete_acls([chosen]).values():
        assert len(future.result()) == 1


def set_password(
    cluster: LocalCluster, user: str, mechanism: ScramMechanism = ScramMechanism.SCRAM_SHA_512, iterations: int = 4096
) -> None:
    _alter(cluster, [UserScramCredentialUpsertion(user, ScramCredentialInfo(mechanism, iterations), b"by-hand")])


def delete_user(cluster: LocalCluster, user: str) -> None:
    _alter(cluster, [UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512)])


def _alter(
    cluster: LocalCluster, alterations: Iterable[UserScramCredentialUpsertion | UserScramCredentialDeletion]
) -> None:
    admin = cluster.admin()
    for future in admin.alter_user_scram_credentials(list(alterations)).values():
        future.result()
