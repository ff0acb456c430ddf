"""A topic's settings are values of Kafka's types, and some must count wherever they come from."""

import pytest

from levee_infra.kafka.admin.topics import Effective
from levee_infra.providers.kafka.topic_declaration import check_declaration
from levee_infra.providers.kafka.topic_settings import (
    canonical_settings,
    declared_effective,
    ineffective,
    seen_effective,
)
from levee_infra.providers.protocol.kind import Declaration, Naming
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Value
from tests.providers.kafka_provider.test_topic import TOPIC, declared
from tests.support.cluster import LocalCluster
from tests.support.live_topics import create_by_hand, set_by_hand, settings_of
from tests.support.provider_host import failure_of
from tests.support.resource_engine import ResourceEngine

SPELLED: Properties = {
    "cleanup.policy": "delete , compact",
    "min.cleanable.dirty.ratio": "1",
    "preallocate": "FALSE",
    "retention.ms": "0600000",
    "segment.bytes": "+2097152",
}
OTHERWISE: Properties = {
    "cleanup.policy": "compact,delete",
    "min.cleanable.dirty.ratio": "1.0",
    "preallocate": "false",
    "retention.ms": "600000",
    "segment.bytes": "2097152",
}
TIERING: Properties = {"remote.storage.enable": "false"}


@pytest.mark.integration
async def test_another_spelling_is_no_difference_and_no_drift(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique, config=SPELLED))
    assert await engine.refresh(topic) == topic
    assert await engine.changed(topic, declared(unique, config=SPELLED)) == set()
    assert await engine.changed(topic, declared(unique, config=OTHERWISE)) == set()
    set_by_hand(cluster, unique, {"retention.ms": "600001"})
    drifted = await engine.refresh(topic)
    assert drifted is not None
    assert await engine.changed(drifted, declared(unique, config=SPELLED)) == {'config["retention.ms"]'}


@pytest.mark.integration
async def test_a_topic_that_exists_is_adopted_whatever_its_spelling(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    create_by_hand(cluster, unique, 3, {key: str(value) for key, value in OTHERWISE.items()})
    topic = await engine.create(TOPIC, "t", declared(unique, config=SPELLED))
    assert await engine.refresh(topic) == topic


@pytest.mark.integration
async def test_what_must_count_is_compared_with_what_counts(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    """By `flush.messages`, which brokers let anybody set; tiering takes more of a cluster than this one has."""
    effective: Properties = {**TIERING, "flush.messages": "9223372036854775807", "of.a.later.kafka": "x"}
    topic = await engine.create(TOPIC, "t", declared(unique, effective=effective))
    assert await engine.refresh(topic) == topic
    assert await engine.changed(topic, declared(unique, effective=effective)) == set()
    set_by_hand(cluster, unique, {"flush.messages": "7"})
    drifted = await engine.refresh(topic)
    assert drifted is not None
    assert await engine.changed(drifted, declared(unique, effective=effective)) == {'effective["flush.messages"]'}
    error = await failure_of(engine.update(drifted, declared(unique, effective=effective)))
    assert "flush.messages is 7 (set on the topic itself), not 9223372036854775807" in str(error.details())
    assert settings_of(cluster, unique)["flush.messages"] == "7"


@pytest.mark.integration
async def test_a_topic_on_which_something_else_counts_is_not_adopted(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    config: Properties = {"retention.ms": "86400000"}
    create_by_hand(cluster, unique, 3, {"retention.ms": "86400000", "flush.messages": "7"})
    inputs = declared(unique, config=config, effective={"flush.messages": "8"})
    error = await failure_of(engine.preview_create(TOPIC, "t", inputs))
    assert "flush.messages is 7" in str(error.details())


def test_what_is_not_known_yet_stays_so() -> None:
    new: Properties = {"config": UNKNOWN, "effective": {"remote.storage.enable": UNKNOWN}}
    assert canonical_settings(new) == new


def test_the_reason_stands_beside_what_must_not_count() -> None:
    live = {"remote.storage.enable": Effective("true", "set on the topic itself")}
    (sentence,) = ineffective(live, {"remote.storage.enable": "FALSE"})
    assert sentence.startswith("its remote.storage.enable is true (set on the topic itself), not FALSE: records go to")


def test_a_setting_that_the_broker_does_not_know_is_as_declared() -> None:
    assert list(ineffective({}, {"remote.storage.enable": "false"})) == []
    assert seen_effective({}, TIERING) == TIERING


def test_where_nothing_was_declared_to_count_nothing_is() -> None:
    assert declared_effective({}) == {}
    assert declared_effective({"effective": UNKNOWN}) == {}
    assert declared_effective({"effective": {**TIERING}}) == TIERING


@pytest.mark.parametrize("ids", [UNKNOWN, ["a", "b"]])
def test_acknowledged_ids_may_be_known_late(ids: Value) -> None:
    new = declared("t", acknowledgedIds=ids)
    assert check_declaration(Declaration(new, {}, Naming("t")))["acknowledgedIds"] == ids
