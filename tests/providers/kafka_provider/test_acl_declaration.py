"""What is no entry of an access control list is refused without a cluster."""

from typing import cast

import pytest

from levee_infra.kafka.admin.acls import Acls
from levee_infra.providers.kafka.acl import Acl
from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.providers.protocol.kind import Declaration, Naming
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Value
from tests.providers.kafka_provider.test_acl import declared


async def checked(**changes: Value) -> Properties:
    new = {**declared("app"), **changes}
    return await Acl(cast("Acls", None)).check(Declaration(new, {}, Naming("a")))


@pytest.mark.parametrize("principal", ["User:app", "Group:team", UNKNOWN])
async def test_a_principal_with_its_type_is_taken(principal: Value) -> None:
    assert (await checked(aclPrincipal=principal))["aclPrincipal"] == principal


@pytest.mark.parametrize("principal", ["app", "User:", ":app", ":"])
async def test_a_principal_without_its_type_would_match_nobody(principal: str) -> None:
    with pytest.raises(RefusedError, match="must name its type"):
        await checked(aclPrincipal=principal)


@pytest.mark.parametrize("name", ["kafka-cluster", UNKNOWN])
async def test_the_cluster_has_one_name(name: Value) -> None:
    assert (await checked(aclResourceType="Cluster", aclResourceName=name))["aclResourceName"] == name
    with pytest.raises(RefusedError, match="the only Cluster is named kafka-cluster"):
        await checked(aclResourceType="Cluster", aclResourceName="orders")
