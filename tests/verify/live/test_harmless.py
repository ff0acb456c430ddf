"""What a proof asks for does nothing, even where every bit of it is allowed."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource

from levee_infra.verify.answer import Answer, Observation
from levee_infra.verify.client import Client
from levee_infra.verify.cluster_probes import CLUSTER_REQUESTS
from levee_infra.verify.group_probes import GROUP_REQUESTS
from levee_infra.verify.login import Login
from levee_infra.verify.probe import Probe
from levee_infra.verify.stream_probes import STREAM_REQUESTS
from tests.support.cluster import LocalCluster
from tests.support.live_topics import create_by_hand

pytestmark = pytest.mark.integration

RECORDS = 5


@pytest.fixture
def topic(cluster: LocalCluster) -> str:
    """A topic that holds records."""
    name = f"eu.harmless{secrets.token_hex(4)}.v1"
    create_by_hand(cluster, name)
    producer = cluster.producer()
    for index in range(RECORDS):
        producer.produce(name, f"record {index}")
    assert producer.flush(30) == 0
    return name


def administrator(cluster: LocalCluster) -> Login:
    """Somebody whom no authorizer ever stops."""
    return Login.of_settings(
        {
            "bootstrap.servers": cluster.bootstrap,
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": cluster.admin_username,
            "sasl.password": cluster.admin_password_file.read_text(),
            "ssl.ca.location": str(cluster.ca),
        }
    )


def ask_all(cluster: LocalCluster, requests: dict[Probe, Any], name: str) -> dict[Probe, Observation]:
    """Every request on the name, of every broker: only one of them leads or coordinates."""

    async def ask() -> dict[Probe, Observation]:
        last = {}
        for turn in range(len(cluster.bootstrap_servers)):
            async with Client(administrator(cluster), turn=turn) as client:
                for probe, make in requests.items():
                    inert = make(name)
                    last[probe] = inert.observe(await client.ask(inert.request))
                    assert last[probe].answer is Answer.ALLOWED, (probe, last[probe])
        return last

    return asyncio.run(ask())


def state_of(cluster: LocalCluster, topic: str) -> dict[str, Any]:
    admin = cluster.admin()
    consumer = cluster.consumer("levee-tests")
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    try:
        return {
            "offsets": consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=30),
            "partitions": len(admin.list_topics(topic, timeout=30).topics[topic].partitions),
            "settings": {
                k: (e.value, e.source) for k, e in admin.describe_configs([resource])[resource].result().items()
            },
            "topics": {name for name in admin.list_topics(timeout=30).topics if not name.startswith("__")},
            "users": set(admin.describe_user_scram_credentials().result()),
            "acls": len(acls(admin)),
        }
    finally:
        consumer.close()


def acls(admin: AdminClient) -> list[Any]:
    from confluent_kafka.admin import (
        AclBindingFilter,
        AclOperation,
        AclPermissionType,
        ResourcePatternType,
        ResourceType,
    )

    everything = AclBindingFilter(
        ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
    )
    return list(admin.describe_acls(everything).result())


def test_a_stream_keeps_its_records_partitions_and_settings(cluster: LocalCluster, topic: str) -> None:
    before = state_of(cluster, topic)
    assert before["offsets"] == (0, RECORDS)
    ask_all(cluster, dict(STREAM_REQUESTS), topic)
    assert state_of(cluster, topic) == before


def test_a_name_that_nothing_has_is_not_made(cluster: LocalCluster, topic: str) -> None:
    before = state_of(cluster, topic)
    wanted = {probe: STREAM_REQUESTS[probe] for probe in (Probe.CREATE, Probe.DELETE)}
    ask_all(cluster, wanted, f"{topic}.levee-probe")
    assert state_of(cluster, topic) == before


def test_the_cluster_keeps_its_acls_and_users(cluster: LocalCluster, topic: str) -> None:
    before = state_of(cluster, topic)
    ask_all(cluster, dict(CLUSTER_REQUESTS), "levee-probe-nobody")
    assert state_of(cluster, topic) == before


def test_a_live_consumer_keeps_its_partitions_and_its_offsets(cluster: LocalCluster, topic: str) -> None:
    group = f"{topic}-group"
    with member(cluster, topic, group) as (consumer, revoked):
        requests = {probe: GROUP_REQUESTS[probe] for probe in (Probe.JOIN, Probe.READ_OFFSETS, Probe.RESET_OFFSETS)}
        ask_all(cluster, requests, group)
        for _ in range(10):
            consumer.poll(0.1)
        assert revoked == []
        assert consumer.assignment() == [TopicPartition(topic, 0)]
        assert consumer.committed([TopicPartition(topic, 0)], timeout=30)[0].offset == RECORDS


@contextmanager
def member(cluster: LocalCluster, topic: str, group: str) -> Iterator[tuple[Consumer, list[Any]]]:
    """A member that has read all, and committed it."""
    revoked: list[Any] = []
    consumer = cluster.consumer(group, enable_auto_commit=False)
    try:
        consumer.subscribe([topic], on_revoke=lambda _, partitions: revoked.append(partitions))
        read, deadline = 0, time.monotonic() + 60
        while read < RECORDS and time.monotonic() < deadline:
            message = consumer.poll(0.5)
            read += message is not None and message.error() is None
        assert read == RECORDS
        consumer.commit(asynchronous=False)
        yield consumer, revoked
    finally:
        consumer.close()


def test_a_producer_in_a_transaction_is_not_fenced(cluster: LocalCluster, topic: str) -> None:
    transactional_id = f"{topic}-transaction"
    producer: Producer = cluster.producer(transactional_id=transactional_id)
    producer.init_transactions(60)
    producer.begin_transaction()
    producer.produce(topic, "within")
    producer.flush(30)
    observed = ask_all(cluster, {Probe.TRANSACT: GROUP_REQUESTS[Probe.TRANSACT]}, transactional_id)
    assert observed
    producer.produce(topic, "still within")
    producer.commit_transaction(60)
    assert state_of(cluster, topic)["offsets"][1] == RECORDS + 3  # two records and the marker of the commit
