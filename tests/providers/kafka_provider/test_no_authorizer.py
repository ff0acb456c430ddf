"""On brokers without an authorizer nothing bears a mark: what doesn't exist is made, what exists takes an approval."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from confluent_kafka.admin import NewTopic

from levee_infra.local import broker
from levee_infra.providers.kafka.provider import KafkaProvider
from tests.providers.kafka_provider.test_topic import TOPIC, declared
from tests.support.cluster import LocalCluster, running_cluster, session_base_port
from tests.support.live_topics import partitions_of
from tests.support.provider_host import failure_of
from tests.support.resource_engine import resource_engine

pytestmark = pytest.mark.integration


@pytest.fixture
def lawless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCluster]:
    monkeypatch.setattr(broker, "_authorization", lambda _nodes: {})
    with running_cluster(session_base_port(200), brokers=1, directory=tmp_path) as running:
        yield running


async def test_what_exists_takes_an_approval_and_is_let_go_of(lawless: LocalCluster) -> None:
    one: Any = {"replicationFactor": 1, "partitions": 1, "config": {}}
    admin = lawless.admin()
    admin.create_topics([NewTopic("there", 1, 1)])["there"].result()
    config = {**lawless.provider_config(), "owner": "one/dev"}
    async with resource_engine(KafkaProvider(), cast("Any", config)) as engine:
        made = await engine.create(TOPIC, "new", declared("new", **one))
        assert ("owner" in made.outputs, "adopted" in made.outputs) == (False, False)
        assert await engine.refresh(made) == made
        assert await engine.changed(made, declared("new", **one)) == set()
        error = await failure_of(engine.preview_create(TOPIC, "there", declared("there", **one)))
        assert "no authorizer" in str(error.details())
        adopted = await engine.create(TOPIC, "there", declared("there", **one, adopt=True))
        assert adopted.outputs["adopted"] is True
    async with resource_engine(KafkaProvider(), cast("Any", config)) as later:
        await later.delete(made)
        await later.delete(adopted)
    assert (partitions_of(lawless, "new"), partitions_of(lawless, "there")) == (0, 1)
