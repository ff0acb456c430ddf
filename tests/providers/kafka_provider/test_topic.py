"""Topics on real brokers: made, kept, grown, and never lost."""

import pytest

from levee_infra.providers.protocol.properties import Properties, Value
from tests.support.cluster import LocalCluster
from tests.support.live_topics import (
    create_by_hand,
    delete_by_hand,
    grow_by_hand,
    partitions_of,
    records_in,
    replicas_of,
    set_by_hand,
    settings_of,
    write_records,
)
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

pytestmark = pytest.mark.integration

TOPIC = "kafka:index/topic:Topic"


def declared(name: str, **changes: Value) -> Properties:
    """A topic that brokers take."""
    inputs: Properties = {
        "name": name,
        "partitions": 3,
        "replicationFactor": 3,
        "config": {"retention.ms": "86400000", "cleanup.policy": "delete"},
    }
    return inputs | changes


async def reasons_of(engine: ResourceEngine, resource: Resource, inputs: Properties) -> dict[str, str]:
    with pytest.raises(CheckFailedError) as caught:
        await engine.update(resource, inputs)
    return dict(caught.value.reasons)


async def test_preview_creates_nothing_and_up_creates_all(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    await engine.preview_create(TOPIC, "t", declared(unique))
    assert partitions_of(cluster, unique) == 0
    topic = await engine.create(TOPIC, "t", declared(unique))
    assert topic.id == unique
    assert partitions_of(cluster, unique) == 3
    assert replicas_of(cluster, unique) == 3
    assert settings_of(cluster, unique) == {"retention.ms": "86400000", "cleanup.policy": "delete"}


async def test_created_topic_takes_records_at_once(engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    await engine.create(TOPIC, "t", declared(unique))
    write_records(cluster, unique, 10)
    assert records_in(cluster, unique) == 10


async def test_nothing_changes_without_a_reason(engine: ResourceEngine, unique: str) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    assert await engine.changed(topic, declared(unique)) == set()
    assert await engine.refresh(topic) == topic


async def test_broker_defaults_and_settings_made_by_hand_are_no_difference(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    set_by_hand(cluster, unique, {"min.compaction.lag.ms": "7"})
    assert await engine.refresh(topic) == topic
    await engine.update(topic, declared(unique, partitions=4, config={"retention.ms": "5000000"}))
    assert settings_of(cluster, unique) == {"retention.ms": "5000000", "min.compaction.lag.ms": "7"}


async def test_declared_setting_changed_by_hand_is_drift_and_comes_back(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    set_by_hand(cluster, unique, {"retention.ms": "1"})
    drifted = await engine.refresh(topic)
    assert drifted is not None
    assert drifted.outputs["config"] == {"retention.ms": "1", "cleanup.policy": "delete"}
    assert await engine.changed(drifted, declared(unique)) == {'config["retention.ms"]'}
    await engine.update(drifted, declared(unique))
    assert settings_of(cluster, unique)["retention.ms"] == "86400000"


async def test_declared_setting_taken_away_by_hand_is_drift_even_if_the_default_is_the_same(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    set_by_hand(cluster, unique, {"cleanup.policy": None})
    drifted = await engine.refresh(topic)
    assert drifted is not None
    assert await engine.changed(drifted, declared(unique)) == {'config["cleanup.policy"]'}


async def test_setting_no_longer_declared_returns_to_the_default(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    fewer = declared(unique, config={"cleanup.policy": "delete"})
    assert await engine.changed(topic, fewer) == {'config["retention.ms"]'}
    await engine.update(topic, fewer)
    assert settings_of(cluster, unique) == {"cleanup.policy": "delete"}


async def test_preview_of_an_update_changes_nothing(engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    await engine.update(topic, declared(unique, partitions=6, config={"retention.ms": "1000"}), carry_out=False)
    assert partitions_of(cluster, unique) == 3
    assert settings_of(cluster, unique)["retention.ms"] == "86400000"


class TestRefusals:
    """What Kafka cannot do in place fails before anything is touched, and says what to do."""

    async def test_fewer_partitions_and_the_records_stay(
        self, engine: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        topic = await engine.create(TOPIC, "t", declared(unique))
        write_records(cluster, unique, 100)
        reasons = await reasons_of(engine, topic, declared(unique, partitions=2))
        assert "from 3 to 2 partitions" in reasons["partitions"]
        assert "Declare 3 or more" in reasons["partitions"]
        assert records_in(cluster, unique) == 100
        assert partitions_of(cluster, unique) == 3

    async def test_fewer_partitions_than_somebody_added_by_hand(
        self, engine: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        topic = await engine.create(TOPIC, "t", declared(unique))
        grow_by_hand(cluster, unique, 8)
        # The state still says 3, so only the live topic can refuse 5.
        error = await failure_of(engine.update(topic, declared(unique, partitions=5, config={"retention.ms": "1"})))
        assert "from 8 to 5 partitions" in str(error.details())
        assert partitions_of(cluster, unique) == 8
        assert settings_of(cluster, unique)["retention.ms"] == "86400000"

    async def test_another_replication_factor(self, engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
        topic = await engine.create(TOPIC, "t", declared(unique))
        reasons = await reasons_of(engine, topic, declared(unique, replicationFactor=2))
        assert "from 3 to 2 replicas" in reasons["replicationFactor"]
        assert replicas_of(cluster, unique) == 3

    async def test_another_name(self, engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
        topic = await engine.create(TOPIC, "t", declared(unique))
        reasons = await reasons_of(engine, topic, declared(f"{unique}-2"))
        assert f"{unique} cannot become {unique}-2" in reasons["name"]
        assert partitions_of(cluster, unique) == 3
        assert partitions_of(cluster, f"{unique}-2") == 0

    async def test_all_at_once(self, engine: ResourceEngine, unique: str) -> None:
        topic = await engine.create(TOPIC, "t", declared(unique))
        worse = declared(f"{unique}-2", partitions=1, replicationFactor=1)
        assert (await reasons_of(engine, topic, worse)).keys() == {"name", "partitions", "replicationFactor"}

    async def test_a_setting_that_brokers_refuse_fails_the_preview_and_changes_nothing(
        self, engine: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        topic = await engine.create(TOPIC, "t", declared(unique))
        broken = declared(unique, partitions=6, config={"retention.ms": "soon", "segment.ms": "1000"})
        for preview in (True, False):
            error = await failure_of(engine.update(topic, broken, preview=preview))
            assert "retention.ms" in str(error.details())
            assert "Nothing was changed" in str(error.details())
        assert partitions_of(cluster, unique) == 3
        assert settings_of(cluster, unique) == {"retention.ms": "86400000", "cleanup.policy": "delete"}

    async def test_more_replicas_than_brokers_fails_the_preview(self, engine: ResourceEngine, unique: str) -> None:
        error = await failure_of(engine.preview_create(TOPIC, "t", declared(unique, replicationFactor=4)))
        assert "INVALID_REPLICATION_FACTOR" in str(error.details())

    async def test_what_no_topic_can_be(self, engine: ResourceEngine) -> None:
        with pytest.raises(CheckFailedError) as caught:
            await engine.check(TOPIC, "t", declared("a b", partitions=0, replicationFactor=0, topicName="x"))
        assert caught.value.reasons.keys() == {"name", "partitions", "replicationFactor", "topicName"}


class TestExistingTopic:
    """A create that finds the topic: an interrupted run's is adopted, anybody else's is left alone."""

    async def test_equal_topic_is_adopted_with_its_settings(
        self, engine: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        create_by_hand(
            cluster, unique, 3, {"retention.ms": "86400000", "cleanup.policy": "delete", "segment.ms": "9999"}
        )
        topic = await engine.create(TOPIC, "t", declared(unique))
        assert topic.id == unique
        assert settings_of(cluster, unique)["segment.ms"] == "9999"

    async def test_one_with_records_is_refused_at_preview_and_left_alone(
        self, engine: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        """Another provider of the same run may be about to delete it, by another resource's name."""
        create_by_hand(cluster, unique, 3, {"retention.ms": "86400000", "cleanup.policy": "delete"})
        write_records(cluster, unique, 5)
        for attempt in (
            engine.preview_create(TOPIC, "t", declared(unique)),
            engine.create_checked(TOPIC, "t", await engine.check(TOPIC, "t", declared(unique))),
        ):
            assert f"pulumi import {TOPIC} NAME {unique}" in str((await failure_of(attempt)).details())
        assert records_in(cluster, unique) == 5

    @pytest.mark.parametrize(
        ("partitions", "retention", "told"),
        [(4, "86400000", "has 4 partitions, not 3"), (3, "1", "retention.ms is 1, not 86400000")],
    )
    async def test_different_topic_is_refused_at_preview_and_left_alone(
        self, engine: ResourceEngine, cluster: LocalCluster, unique: str, partitions: int, retention: str, told: str
    ) -> None:
        create_by_hand(cluster, unique, partitions, {"retention.ms": retention, "cleanup.policy": "delete"})
        for attempt in (
            engine.preview_create(TOPIC, "t", declared(unique)),
            engine.create_checked(TOPIC, "t", await engine.check(TOPIC, "t", declared(unique))),
        ):
            error = await failure_of(attempt)
            assert told in str(error.details())
            assert f"pulumi import {TOPIC} NAME {unique}" in str(error.details())
        assert partitions_of(cluster, unique) == partitions
        assert settings_of(cluster, unique)["retention.ms"] == retention

    async def test_a_forced_replacement_keeps_the_topic(
        self, engine: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        old = await engine.create(TOPIC, "t", declared(unique))
        # `pulumi up --replace` creates first and then deletes the old one, which is the same topic.
        new = await engine.create(TOPIC, "t", declared(unique))
        await engine.delete(old)
        assert partitions_of(cluster, unique) == 3
        assert await engine.refresh(new) == new


async def test_import_by_name_fills_the_inputs(engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    create_by_hand(cluster, unique, 2, {"retention.ms": "77"})
    topic = await engine.import_(TOPIC, "t", unique)
    assert topic is not None
    written = {key: value for key, value in topic.inputs.items() if not key.startswith("__")}
    assert written == {"name": unique, "partitions": 2, "replicationFactor": 3, "config": {"retention.ms": "77"}}
    assert topic.outputs == {**written, "topicId": topic.outputs["topicId"]}
    assert await engine.changed(topic, written) == set()


async def test_import_of_what_is_not_there_finds_nothing(engine: ResourceEngine, unique: str) -> None:
    assert await engine.import_(TOPIC, "t", unique) is None


async def test_topic_removed_by_hand_is_gone(engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    delete_by_hand(cluster, unique)
    assert await engine.refresh(topic) is None
    error = await failure_of(engine.update(topic, declared(unique, partitions=4)))
    assert "run pulumi refresh" in str(error.details())
    await engine.delete(topic)


async def test_deleted_topic_is_gone_when_delete_returns(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    await engine.delete(topic)
    assert partitions_of(cluster, unique) == 0
    again = await engine.create(TOPIC, "t", declared(unique, partitions=1))
    assert again.outputs["partitions"] == 1


async def test_a_topic_that_is_let_go_of_stays_with_its_records(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    write_records(cluster, unique, 3)
    inputs = declared(unique, onRemoval="let-go")
    assert await engine.changed(topic, inputs) == {"onRemoval"}
    kept = await engine.update(topic, inputs)
    read = await engine.refresh(kept)
    assert read is not None
    assert (read.outputs, await engine.changed(read, inputs)) == (kept.outputs, set())
    await engine.delete(read)
    assert records_in(cluster, unique) == 3
    reasons = await reasons_of(engine, read, declared(unique, onRemoval="keep"))
    assert reasons == {"onRemoval": "must be delete, let-go or delete-adopted"}
    await engine.delete(await engine.update(read, declared(unique, onRemoval="delete")))
    assert partitions_of(cluster, unique) == 0


async def test_cluster_default_replication_reads_as_declared(engine: ResourceEngine, unique: str) -> None:
    default = declared(unique, replicationFactor=-1)
    topic = await engine.create(TOPIC, "t", default)
    assert topic.outputs["replicationFactor"] == 3
    refreshed = await engine.refresh(topic)
    assert refreshed == topic
    assert await engine.changed(topic, default) == set()
    assert await engine.changed(topic, declared(unique, replicationFactor=3)) == set()
    error = await failure_of(engine.update(topic, declared(unique, replicationFactor=1, partitions=4)))
    assert "from 3 to 1 replicas" in str(error.details())


async def test_topic_without_a_name_gets_one_and_keeps_it(engine: ResourceEngine, unique: str) -> None:
    nameless = {key: value for key, value in declared("x").items() if key != "name"}
    topic = await engine.create(TOPIC, unique, nameless)
    assert topic.id.startswith(f"{unique}-")
    assert topic.inputs["__defaults"] == ["name"]
    assert await engine.changed(topic, nameless) == set()
    refreshed = await engine.refresh(topic)
    assert refreshed == topic


async def test_state_of_the_stock_plugin_is_taken_over_and_given_back(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    settings: Properties = {"retention.ms": "86400000", "cleanup.policy": "delete"}
    create_by_hand(cluster, unique, 3, {key: str(value) for key, value in settings.items()})
    # As pulumi-kafka 3.13 wrote it: its id in the outputs, and keys of the bridge's own.
    bridged: Properties = {"id": unique, "__pulumi_raw_state_delta": {"obj": {"ps": {"config": {"map": {}}}}}}
    topic = Resource(TOPIC, "t", unique, declared(unique) | {"__defaults": []}, declared(unique) | bridged)
    assert await engine.changed(topic, declared(unique)) == set()
    seen = await engine.refresh(topic)
    assert seen is not None
    # The id that Kafka gave the topic is learned; the stock plugin drops what its schema doesn't have.
    learned = {key: value for key, value in topic.outputs.items() if key != "__pulumi_raw_state_delta"}
    assert (seen.inputs, seen.outputs) == (topic.inputs, {**learned, "topicId": seen.outputs["topicId"]})
    grown = await engine.update(topic, declared(unique, partitions=4))
    assert grown.outputs["id"] == unique
    # It describes the outputs that were; the bridge works it out anew.
    assert "__pulumi_raw_state_delta" not in grown.outputs


async def test_settings_that_the_stock_plugin_recorded_without_a_declaration_are_left_alone(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    settings = {"retention.ms": "86400000", "cleanup.policy": "delete", "segment.ms": "9999999"}
    create_by_hand(cluster, unique, 3, settings)
    topic = Resource(TOPIC, "t", unique, declared(unique), declared(unique, config={**settings}))
    assert await engine.changed(topic, declared(unique)) == set()
    await engine.update(topic, declared(unique, partitions=4))
    assert settings_of(cluster, unique) == settings


async def test_functions_look_topics_up(engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    create_by_hand(cluster, unique, 2, {"retention.ms": "77"})
    expected: Properties = {"partitions": 2, "replicationFactor": 3, "config": {"retention.ms": "77"}}
    one = await engine.invoke("kafka:index:getTopic", {"name": unique})
    assert one == expected | {"id": unique, "name": unique}
    every = (await engine.invoke("kafka:index:getTopics"))["lists"]
    assert isinstance(every, list)
    assert expected | {"topicName": unique} in every
    with pytest.raises(CheckFailedError) as caught:
        await engine.invoke("kafka:index:getTopic", {"name": "no-such"})
    assert caught.value.reasons.keys() == {"name"}
