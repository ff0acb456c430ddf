"""Quotas on real brokers."""

import pytest

from levee_infra.providers.protocol.properties import Properties, Value
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

pytestmark = pytest.mark.integration

QUOTA = "kafka:index/quota:Quota"


def declared(name: str, **limits: Value) -> Properties:
    config: Properties = {"producer_byte_rate": "1000000", **limits}
    return {"entityType": "user", "entityName": name, "config": config}


async def test_limits_come_change_in_place_and_go(engine: ResourceEngine, unique: str) -> None:
    await engine.preview_create(QUOTA, "q", declared(unique))
    quota = await engine.create(QUOTA, "q", declared(unique))
    assert quota.id == f"{unique}|user"
    assert await engine.refresh(quota) == quota
    assert await engine.changed(quota, declared(unique)) == set()
    other: Properties = declared(unique) | {"config": {"consumer_byte_rate": 5, "request_percentage": "12.5"}}
    assert await engine.changed(quota, other) == {
        "config.consumer_byte_rate",
        "config.producer_byte_rate",
        "config.request_percentage",
    }
    changed = await engine.update(quota, other)
    refreshed = await engine.refresh(changed)
    assert refreshed is not None
    assert refreshed.outputs["config"] == {"consumer_byte_rate": "5", "request_percentage": "12.5"}
    await engine.delete(changed)
    await engine.delete(changed)
    assert await engine.refresh(changed) is None


async def test_numbers_are_compared_as_numbers(engine: ResourceEngine, unique: str) -> None:
    quota = await engine.create(QUOTA, "q", declared(unique))
    for same in ("1000000.0", 1000000, "1e6"):
        assert await engine.changed(quota, declared(unique, producer_byte_rate=same)) == set()


async def test_limit_changed_by_hand_is_drift_and_others_are_left_alone(engine: ResourceEngine, unique: str) -> None:
    quota = await engine.create(QUOTA, "q", declared(unique))
    by_hand = Resource(QUOTA, "h", quota.id, quota.inputs, quota.outputs)
    await engine.update(by_hand, declared(unique, producer_byte_rate="7", consumer_byte_rate="8"))
    drifted = await engine.refresh(quota)
    assert drifted is not None
    assert drifted.outputs["config"] == {"producer_byte_rate": "7"}
    assert await engine.changed(drifted, declared(unique)) == {"config.producer_byte_rate"}
    await engine.delete(drifted)
    left = await engine.import_(QUOTA, "i", quota.id)
    assert left is not None
    assert left.outputs["config"] == {"consumer_byte_rate": "8"}


async def test_existing_limit_of_another_value_is_refused_at_preview(engine: ResourceEngine, unique: str) -> None:
    await engine.create(QUOTA, "q", declared(unique))
    assert (await engine.create(QUOTA, "q", declared(unique))).id == f"{unique}|user"
    error = await failure_of(engine.preview_create(QUOTA, "q", declared(unique, producer_byte_rate="5")))
    assert "producer_byte_rate is 1e+06" in str(error.details())
    assert "pulumi import" in str(error.details())


async def test_limit_of_everyone(engine: ResourceEngine) -> None:
    everyone: Properties = {"entityType": "client-id", "config": {"producer_byte_rate": "900000000"}}
    quota = await engine.create(QUOTA, "q", everyone)
    assert quota.id == "entity-default|client-id"
    imported = await engine.import_(QUOTA, "i", quota.id)
    assert imported is not None
    assert imported.outputs == quota.outputs
    # The stock plugin records that there is no name.
    stock = Resource(QUOTA, "s", quota.id, quota.inputs, quota.outputs | {"entityName": "", "id": quota.id})
    assert await engine.changed(stock, everyone) == set()
    assert await engine.refresh(stock) == stock
    await engine.delete(quota)


async def test_limit_that_brokers_do_not_have_fails_the_preview(engine: ResourceEngine, unique: str) -> None:
    error = await failure_of(engine.preview_create(QUOTA, "q", declared(unique, no_such_rate="5")))
    assert "no_such_rate" in str(error.details())


async def test_what_no_quota_can_be(engine: ResourceEngine, unique: str) -> None:
    with pytest.raises(CheckFailedError) as caught:
        await engine.check(QUOTA, "q", {"entityType": "users", "entityName": "x", "config": {"a": "fast"}})
    assert caught.value.reasons.keys() == {"entityType", "config"}
    with pytest.raises(CheckFailedError) as caught:
        await engine.check(QUOTA, "q", {"entityType": "user"})
    assert caught.value.reasons.keys() == {"config"}
    quota = await engine.create(QUOTA, "q", declared(unique))
    with pytest.raises(CheckFailedError) as caught:
        await engine.update(quota, declared(f"{unique}-2"))
    assert caught.value.reasons.keys() == {"entityName"}


async def test_another_spelling_is_no_drift(engine: ResourceEngine, unique: str) -> None:
    quota = await engine.create(QUOTA, "q", declared(unique, producer_byte_rate="1e6", consumer_byte_rate="05.0"))
    assert await engine.refresh(quota) == quota


@pytest.mark.parametrize("limit", ["nan", "inf", "-Infinity"])
async def test_a_limit_is_finite(engine: ResourceEngine, unique: str, limit: str) -> None:
    with pytest.raises(CheckFailedError) as caught:
        await engine.preview_create(QUOTA, "q", declared(unique, producer_byte_rate=limit))
    assert "must be a number" in caught.value.reasons["config"]
