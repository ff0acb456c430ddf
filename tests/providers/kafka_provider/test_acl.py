"""Entries of the access control list on real brokers."""

import pytest
from confluent_kafka.admin import (
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from levee_infra.providers.protocol.properties import Properties, Value
from tests.support.cluster import LocalCluster
from tests.support.everywhere import until
from tests.support.live_credentials import acls_of
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

pytestmark = pytest.mark.integration

ACL = "kafka:index/acl:Acl"


def declared(name: str, **changes: Value) -> Properties:
    inputs: Properties = {
        "aclPrincipal": f"User:{name}",
        "aclHost": "*",
        "aclOperation": "Write",
        "aclPermissionType": "Allow",
        "aclResourceType": "Topic",
        "aclResourceName": name,
    }
    return inputs | changes


def remove_by_hand(cluster: LocalCluster, principal: str) -> None:
    everything = AclBindingFilter(
        ResourceType.ANY, None, ResourcePatternType.ANY, principal, None, AclOperation.ANY, AclPermissionType.ANY
    )
    admin = cluster.admin()
    admin.delete_acls([everything])[everything].result()


def until_held(cluster: LocalCluster, principal: str, expected: set[tuple[str, str]]) -> None:
    until(lambda: acls_of(cluster, principal) == expected)


async def test_entry_has_the_published_id_and_comes_and_goes(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    await engine.preview_create(ACL, "a", declared(unique))
    assert acls_of(cluster, f"User:{unique}") == set()
    acl = await engine.create(ACL, "a", declared(unique))
    assert acl.id == f"User:{unique}|*|Write|Allow|Topic|{unique}|Literal"
    assert acl.outputs["__meta"] == '{"schema_version":"1"}'
    until_held(cluster, f"User:{unique}", {("WRITE", unique)})
    assert await engine.refresh(acl) == acl
    assert await engine.changed(acl, declared(unique)) == set()
    await engine.delete(acl)
    await engine.delete(acl)
    until_held(cluster, f"User:{unique}", set())


async def test_create_again_is_the_same_entry(engine: ResourceEngine, unique: str) -> None:
    first = await engine.create(ACL, "a", declared(unique))
    assert await engine.create(ACL, "a", declared(unique)) == first


async def test_changed_entry_is_made_before_the_old_one_goes(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    acl = await engine.create(ACL, "a", declared(unique))
    wider = declared(unique, aclOperation="Read", resourcePatternTypeFilter="Prefixed")
    assert await engine.changed(acl, wider) == {"aclOperation", "resourcePatternTypeFilter"}
    changed = await engine.update(acl, wider)
    until_held(cluster, f"User:{unique}", {("READ", unique)})
    refreshed = await engine.refresh(changed)
    assert refreshed is not None
    assert refreshed.id == f"User:{unique}|*|Read|Allow|Topic|{unique}|Prefixed"
    assert await engine.changed(refreshed, wider) == set()


async def test_an_update_left_half_way_leaves_nothing_behind(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    # Both entries stand; the state has the new one as inputs and the old one as outputs.
    old = await engine.create(ACL, "a", declared(unique))
    new = await engine.create(ACL, "b", declared(unique, aclOperation="Read"))
    half = Resource(ACL, "a", old.id, new.inputs, old.outputs)
    assert await engine.changed(half, declared(unique, aclOperation="Read")) == {"aclOperation"}
    await engine.delete(half)
    until_held(cluster, f"User:{unique}", set())


async def test_entry_removed_by_hand_is_gone(engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    acl = await engine.create(ACL, "a", declared(unique))
    until_held(cluster, f"User:{unique}", {("WRITE", unique)})
    remove_by_hand(cluster, f"User:{unique}")
    until_held(cluster, f"User:{unique}", set())
    assert await engine.refresh(acl) is None


async def test_import_by_the_published_id(engine: ResourceEngine, unique: str) -> None:
    acl = await engine.create(ACL, "a", declared(unique))
    imported = await engine.import_(ACL, "b", acl.id)
    assert imported is not None
    assert imported.outputs == acl.outputs
    assert await engine.import_(ACL, "b", acl.id.replace("Write", "Read")) is None
    for wrong in ("User:x", acl.id.replace("Allow", "Maybe")):
        error = await failure_of(engine.import_(ACL, "b", wrong))
        assert "resource name" in str(error.details()) or "Maybe is not one of" in str(error.details())


async def test_each_type_of_resource(engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    for type_, name, operation in (
        ("Group", unique, "Read"),
        ("TransactionalID", unique, "Describe"),
        ("Cluster", "kafka-cluster", "IdempotentWrite"),
    ):
        inputs = declared(unique, aclResourceType=type_, aclResourceName=name, aclOperation=operation)
        acl = await engine.create(ACL, type_, inputs)
        assert await engine.refresh(acl) == acl
        await engine.delete(acl)


async def test_state_of_the_stock_plugin_is_taken_over_and_given_back(engine: ResourceEngine, unique: str) -> None:
    prefixed = declared(unique, resourcePatternTypeFilter="Prefixed")
    made = await engine.create(ACL, "a", prefixed)
    renamed: Properties = {"aclResourceName": "resource_name", "aclResourceType": "resource_type"}
    bridged: Properties = {"id": made.id, "__pulumi_raw_state_delta": {"obj": {"renamed": renamed}}}
    stock = Resource(ACL, "a", made.id, prefixed | {"__defaults": []}, made.outputs | bridged)
    assert await engine.changed(stock, prefixed) == set()
    assert await engine.refresh(stock) == stock


async def test_words_that_kafka_does_not_have_are_refused(engine: ResourceEngine, unique: str) -> None:
    wrong = declared("x", aclPrincipal="app", aclOperation="write", aclPermissionType="allow", aclResourceType="Queue")
    with pytest.raises(CheckFailedError) as caught:
        await engine.check(ACL, "a", wrong)
    assert caught.value.reasons.keys() == {"aclPrincipal", "aclOperation", "aclPermissionType", "aclResourceType"}
    assert "as in User:app" in caught.value.reasons["aclPrincipal"]
    with pytest.raises(CheckFailedError) as caught:
        await engine.check(ACL, "a", declared("x", aclResourceType="Cluster"))
    assert "kafka-cluster" in caught.value.reasons["aclResourceName"]
