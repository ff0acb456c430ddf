"""Grants as the Kafka protocol carries them: CreateAcls, DescribeAcls, DeleteAcls.

Source: https://kafka.apache.org/protocol, and the enumerations in org.apache.kafka.common.acl and
org.apache.kafka.common.resource. Codes without a word here keep their number as their word, so that an ACL of
a newer broker is still seen and can be withdrawn.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from kafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

from levee_infra.kafka.credential.grant import Grant

ANY: Final = 1
DENY: Final = 2
ALLOW: Final = 3

_RESOURCE_TYPES: Final = {
    2: "topic",
    3: "group",
    4: "cluster",
    5: "transactionalId",
    6: "delegationToken",
    7: "user",
}
_PATTERNS: Final = {3: "literal", 4: "prefixed"}
_OPERATIONS: Final = {
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


def _word(words: dict[int, str], code: int) -> str:
    return words.get(code, str(code))


def _codes(words: dict[int, str]) -> dict[str, int]:
    return {word: code for code, word in words.items()}


_RESOURCE_TYPE_CODES: Final = _codes(_RESOURCE_TYPES)
_PATTERN_CODES: Final = _codes(_PATTERNS)
_OPERATION_CODES: Final = _codes(_OPERATIONS)


def _code(codes: dict[str, int], word: str) -> int:
    return codes[word] if word in codes else int(word)


@dataclass(frozen=True, slots=True)
class LiveAcl:
    """One ACL of a cluster."""

    principal: str
    grant: Grant
    allows: bool


def describe_everything() -> Any:
    """Ask for every ACL of the cluster."""
    return DescribeAclsRequest(
        resource_type_filter=ANY,
        resource_name_filter=None,
        pattern_type_filter=ANY,
        principal_filter=None,
        host_filter=None,
        operation=ANY,
        permission_type=ANY,
    )


def described(response: Any) -> Iterator[LiveAcl]:
    """Read the ACLs of a DescribeAcls response."""
    for resource in response.resources:
        for acl in resource.acls:
            grant = Grant(
                resource_type=_word(_RESOURCE_TYPES, resource.resource_type),
                name=resource.resource_name,
                pattern=_word(_PATTERNS, resource.pattern_type),
                operation=_word(_OPERATIONS, acl.operation),
                host=acl.host,
            )
            yield LiveAcl(acl.principal, grant, allows=acl.permission_type == ALLOW)


def creation(principal: str, grant: Grant) -> Any:
    """Ask that ``principal`` be allowed ``grant``."""
    return CreateAclsRequest.AclCreation(
        resource_type=_code(_RESOURCE_TYPE_CODES, grant.resource_type),
        resource_name=grant.name,
        resource_pattern_type=_code(_PATTERN_CODES, grant.pattern),
        principal=principal,
        host=grant.host,
        operation=_code(_OPERATION_CODES, grant.operation),
        permission_type=ALLOW,
    )


def create(creations: Iterable[Any]) -> Any:
    """Ask for many ACLs at once; the answer has a result for each, in order."""
    return CreateAclsRequest(creations=list(creations))


def exactly(principal: str, grant: Grant) -> Any:
    """Choose the one ACL that allows ``grant`` to ``principal``."""
    return DeleteAclsRequest.DeleteAclsFilter(
        resource_type_filter=_code(_RESOURCE_TYPE_CODES, grant.resource_type),
        resource_name_filter=grant.name,
        pattern_type_filter=_code(_PATTERN_CODES, grant.pattern),
        principal_filter=principal,
        host_filter=grant.host,
        operation=_code(_OPERATION_CODES, grant.operation),
        permission_type=ALLOW,
    )


def every(principal: str, permission: int) -> Any:
    """Choose every ACL of ``principal`` that allows, that denies, or all (``ANY``)."""
    return DeleteAclsRequest.DeleteAclsFilter(
        resource_type_filter=ANY,
        resource_name_filter=None,
        pattern_type_filter=ANY,
        principal_filter=principal,
        host_filter=None,
        operation=ANY,
        permission_type=permission,
    )


def delete(filters: Iterable[Any]) -> Any:
    """Ask that all chosen ACLs be deleted; the answer has a result for each filter, in order."""
    return DeleteAclsRequest(filters=list(filters))
