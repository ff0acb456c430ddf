"""A topic that was deleted and made again outside is another one: it lasts as a difference until it is acknowledged."""

from dataclasses import replace

import pytest

from levee_infra.providers.protocol.properties import Properties
from tests.providers.kafka_provider.test_topic import TOPIC, declared, reasons_of
from tests.support.cluster import LocalCluster
from tests.support.live_topics import create_by_hand, delete_by_hand, records_in, write_records
from tests.support.provider_host import failure_of
from tests.support.resource_engine import Resource, ResourceEngine

pytestmark = pytest.mark.integration


def of_levee(name: str, *acknowledged: str) -> Properties:
    """A topic as levee's own program declares it."""
    return declared(name, acknowledgedIds=[*acknowledged])


async def recreated(engine: ResourceEngine, cluster: LocalCluster, topic: Resource) -> Resource:
    """Somebody deletes the topic and makes it again, exactly as it was; then it is read."""
    delete_by_hand(cluster, topic.id)
    config = topic.inputs["config"]
    assert isinstance(config, dict)
    create_by_hand(cluster, topic.id, 3, {key: str(value) for key, value in config.items()})
    seen = await engine.refresh(topic)
    assert seen is not None
    return seen


async def test_it_keeps_the_id_that_it_was_given(engine: ResourceEngine, unique: str) -> None:
    topic = await engine.create(TOPIC, "t", of_levee(unique))
    assert topic.outputs["topicId"]
    assert await engine.refresh(topic) == topic
    grown = await engine.update(topic, declared(unique, partitions=4))
    assert grown.outputs["topicId"] == topic.outputs["topicId"]


async def test_another_one_is_a_difference_that_outlives_refreshes(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    topic = await engine.create(TOPIC, "t", of_levee(unique))
    seen = await recreated(engine, cluster, topic)
    assert seen.outputs["topicId"] == topic.outputs["topicId"] != seen.outputs["recreatedAs"]
    assert await engine.changed(seen, of_levee(unique)) == {"recreatedAs"}
    assert await engine.refresh(seen) == seen


async def test_it_is_refused_with_the_line_to_write_and_taken_over_with_it(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    seen = await recreated(engine, cluster, await engine.create(TOPIC, "t", of_levee(unique)))
    anew = str(seen.outputs["recreatedAs"])
    error = await failure_of(engine.update(seen, of_levee(unique)))
    assert f"change: recreated, identity: {anew}" in str(error.details())
    await failure_of(engine.update(seen, of_levee(unique, "AAAAAAAAAAAAAAAAAAAAAQ")))
    taken = await engine.update(seen, of_levee(unique, anew))
    assert (taken.outputs["topicId"], "recreatedAs" in taken.outputs) == (anew, False)
    assert await engine.changed(taken, of_levee(unique)) == set()
    assert await engine.refresh(taken) == taken


async def test_an_acknowledgement_of_one_is_none_of_the_next(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    seen = await recreated(engine, cluster, await engine.create(TOPIC, "t", of_levee(unique)))
    first = str(seen.outputs["recreatedAs"])
    again = await recreated(engine, cluster, seen)
    assert again.outputs["topicId"] == seen.outputs["topicId"]
    error = await failure_of(engine.update(again, of_levee(unique, first)))
    assert str(again.outputs["recreatedAs"]) in str(error.details())


async def test_a_program_of_pulumi_kafka_is_told_how_to_import_it(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    seen = await recreated(engine, cluster, await engine.create(TOPIC, "t", declared(unique)))
    error = await failure_of(engine.update(seen, declared(unique)))
    assert f"pulumi import {TOPIC} NAME {unique}" in str(error.details())
    imported = await engine.import_(TOPIC, "t", unique)
    assert imported is not None
    assert imported.outputs["topicId"] == seen.outputs["recreatedAs"]
    assert await engine.changed(imported, declared(unique)) == set()


async def test_another_one_is_let_go_of(engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    topic = await engine.create(TOPIC, "t", of_levee(unique))
    await recreated(engine, cluster, topic)
    write_records(cluster, unique, 3)
    await engine.delete(topic)
    assert records_in(cluster, unique) == 3


async def test_a_state_of_before_ids_were_kept_learns_the_id(engine: ResourceEngine, unique: str) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    older = replace(topic, outputs={key: value for key, value in topic.outputs.items() if key != "topicId"})
    assert await engine.changed(older, declared(unique)) == set()
    assert await engine.refresh(older) == topic
    assert await engine.update(older, declared(unique)) == topic


async def test_what_is_acknowledged_must_be_a_list(engine: ResourceEngine, unique: str) -> None:
    topic = await engine.create(TOPIC, "t", declared(unique))
    assert await reasons_of(engine, topic, declared(unique, acknowledgedIds={"a": 1})) == {
        "acknowledgedIds": "acknowledgedIds must be a list of strings"
    }
