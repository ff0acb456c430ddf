"""A topic that changes hands between two resources of a program is never deleted on the way."""

from typing import Any, cast

import pytest

from levee_infra.providers.kafka.provider import KafkaProvider
from tests.providers.kafka_provider.test_topic import TOPIC, declared
from tests.support.cluster import LocalCluster
from tests.support.live_topics import partitions_of, records_in, write_records
from tests.support.resource_engine import CheckFailedError, ResourceEngine, resource_engine

pytestmark = pytest.mark.integration


async def test_a_topic_that_another_resource_declares_now_outlives_its_old_record(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    async with resource_engine(KafkaProvider(), cast("Any", cluster.provider_config())) as earlier_run:
        old = await earlier_run.create(TOPIC, "old", declared(unique))
    write_records(cluster, unique, 10)
    await engine.check(TOPIC, "new", declared(unique))
    await engine.delete(old)
    assert records_in(cluster, unique) == 10


async def test_it_is_deleted_with_the_record_of_the_resource_that_declares_it(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    topic = await engine.create(TOPIC, "only", declared(unique))
    await engine.check(TOPIC, "only", declared(unique))
    await engine.delete(topic)
    assert partitions_of(cluster, unique) == 0


async def test_two_resources_of_one_program_cannot_declare_one_topic(engine: ResourceEngine, unique: str) -> None:
    await engine.check(TOPIC, "first", declared(unique))
    with pytest.raises(CheckFailedError, match="declared twice"):
        await engine.check(TOPIC, "second", declared(unique))
