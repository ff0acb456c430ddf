"""`levee drift` on real brokers: it tells what `levee verify` tells of the cluster's state, each difference once."""

from __future__ import annotations

import json

import pytest
from confluent_kafka.admin import NewPartitions

from tests.support.deployment import Deployment, Result
from tests.support.live_credentials import create_acl, delete_acl
from tests.support.proving import acl, planted

pytestmark = pytest.mark.integration


def drift(deployment: Deployment) -> Result:
    return deployment.run("drift", "test", "--engine", "embedded")


def told(result: Result) -> list[str]:
    return [line for line in result.out.splitlines() if line[:2] in {"+ ", "= ", "~ ", "- ", "! "}]


def test_everything_that_differs_is_told_once(deployment: Deployment) -> None:
    topic, writer = deployment.topic("events"), deployment.service("writer")
    deployment.stream("events")
    assert deployment.up().code == 0
    calm = drift(deployment)
    assert (calm.code, told(calm)) == (0, []), calm.text

    deployment.set_by_hand("events", retention_ms="3600000")
    lost, stranger = acl(f"{writer}.g1", "TOPIC", topic, "WRITE"), acl("mallory", "TOPIC", topic, "READ")
    extra = acl(f"{writer}.g9", "TOPIC", topic, "READ")  # a user of the service's that levee never made
    delete_acl(deployment.cluster, lost)
    with planted(deployment.cluster, stranger, extra):
        found = drift(deployment)
        proof = json.loads(deployment.run("verify", "test", "--json").out)
        seen = deployment.run("verify", "test").out
    assert found.code == 3, found.text
    assert sorted(told(found)) == sorted(
        [
            f"! topic {topic}  retention 7d → 1h",
            f"! {writer}.g1 lost Write on topic {topic}",
            f"! {writer}.g9 has Read on topic {topic}, undeclared",
            f"! mallory has Read on topic {topic}, undeclared: it covers {topic}",
        ]
    )
    assert "drift: 4 differences from the files" in found.out
    assert len(proof["discrepancies"]) == 4
    assert {line for line in seen.splitlines() if line.startswith("! ")} == set(told(found))
    assert deployment.up().code == 0
    assert deployment.live_settings("events")["retention.ms"] == "604800000"
    assert drift(deployment).code == 0


def test_what_was_never_made_is_told_as_what_it_is(deployment: Deployment) -> None:
    deployment.stream("events")
    found = drift(deployment)
    assert found.code == 3, found.text
    service, topic = deployment.service("writer"), deployment.topic("events")
    assert sorted(told(found), reverse=True) == [
        f"+ topic {topic}  2 partitions × 3, kept 7d",  # noqa: RUF001
        f"+ service {service}  writer of {topic}, as {service}.g1",
    ]


def test_what_no_run_could_put_right_is_a_difference_all_the_same(deployment: Deployment) -> None:
    topic = deployment.topic("events")
    deployment.stream("events")
    assert deployment.up().code == 0
    admin = deployment.cluster.admin()
    admin.create_partitions([NewPartitions(topic, 5)])[topic].result()
    found = drift(deployment)
    assert (found.code, told(found).count(f"! topic {topic}  partitions 2 → 5")) == (3, 1), found.text


def test_another_topic_of_the_name_is_told_once(deployment: Deployment) -> None:
    topic = deployment.topic("events")
    deployment.stream("events")
    assert deployment.up().code == 0
    admin = deployment.cluster.admin()
    admin.delete_topics([topic])[topic].result()
    create_acl(deployment.cluster, acl("mallory", "TOPIC", topic, "READ"))
    try:
        found = drift(deployment)
    finally:
        delete_acl(deployment.cluster, acl("mallory", "TOPIC", topic, "READ"))
    assert found.code == 3, found.text
    assert f"! topic {topic} is gone" in told(found)
    assert sum(topic in line and "gone" in line for line in told(found)) == 1
    assert sum("mallory" in line for line in told(found)) == 1


@pytest.mark.parametrize("command", [("up", "--yes"), ("preview",), ("verify",), ("drift",), ("status",)])
def test_brokers_that_are_gone_are_named_once(deployment: Deployment, command: tuple[str, ...]) -> None:
    deployment.stream("events")
    file = deployment.folder / "stack.yaml"
    servers = json.dumps(deployment.cluster.bootstrap_servers)
    file.write_text(file.read_text().replace(servers, '["127.0.0.1:1", "127.0.0.1:2"]'))
    name, *options = command
    result = deployment.run(name, "test", *options, LEVEE_CONTACT_SECONDS="3")
    assert result.code == 1, result.text
    assert (result.err.count("error: "), "127.0.0.1:1" in result.err, "127.0.0.1:2" in result.err) == (1, True, True)
