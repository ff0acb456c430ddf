"""The session's three brokers: what they let in, what they refuse, and how they come back."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import ssl
import time
import uuid
from collections.abc import Mapping

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import (
    AdminClient,
    ConfigResource,
    NewTopic,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from levee.clock import SYSTEM_CLOCK
from levee_infra.local import cluster as local
from levee_infra.local import process, readiness
from levee_infra.local.private_file import write_private
from tests.support.cluster import LocalCluster

pytestmark = pytest.mark.integration


def connection_error(config: Mapping[str, object]) -> KafkaError:
    """The first error of a client with `config`."""
    errors: list[KafkaError] = []
    client = AdminClient({**config, "error_cb": errors.append})
    deadline = time.monotonic() + 30
    while not errors and time.monotonic() < deadline:
        client.poll(0.1)
    return errors[0]


def new_user(cluster: LocalCluster) -> tuple[str, str]:
    """A user without any ACL, and its password."""
    name, password = f"local-{uuid.uuid4().hex[:8]}", secrets.token_urlsafe()
    credential = UserScramCredentialUpsertion(
        name, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192), password.encode()
    )
    admin = cluster.admin()
    for future in admin.alter_user_scram_credentials([credential]).values():
        future.result()
    return name, password


def new_topic(cluster: LocalCluster) -> str:
    """A topic with the cluster's defaults."""
    name = f"local.{uuid.uuid4().hex[:8]}"
    admin = cluster.admin()
    for future in admin.create_topics([NewTopic(name, num_partitions=3)]).values():
        future.result()
    # The controller has made it; each broker hears of it a moment later.
    while len(admin.list_topics(name, timeout=10).topics[name].partitions) < 3:
        time.sleep(0.05)
    return name


# What a client may do


def test_a_wrong_password_is_refused(cluster: LocalCluster) -> None:
    error = connection_error(cluster.client_config(password=secrets.token_urlsafe()))
    assert error.code() == KafkaError._AUTHENTICATION


def test_an_unknown_user_is_refused(cluster: LocalCluster) -> None:
    error = connection_error(cluster.client_config("nobody", secrets.token_urlsafe()))
    assert error.code() == KafkaError._AUTHENTICATION


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "PLAIN"])
def test_another_mechanism_is_refused(cluster: LocalCluster, mechanism: str) -> None:
    error = connection_error(cluster.client_config(sasl_mechanisms=mechanism))
    assert error.code() == KafkaError._AUTHENTICATION
    assert "supported mechanisms: SCRAM-SHA-512" in error.str()


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_PLAINTEXT", "SSL"])
def test_a_connection_without_both_tls_and_sign_in_is_refused(cluster: LocalCluster, protocol: str) -> None:
    config = cluster.client_config(security_protocol=protocol)
    if protocol in {"PLAINTEXT", "SSL"}:
        config = {key: value for key, value in config.items() if not key.startswith("sasl")}

    assert AdminClient(cluster.client_config()).list_topics(timeout=10).cluster_id == cluster.cluster_id
    with pytest.raises(KafkaException):
        AdminClient(config).list_topics(timeout=3)


def test_a_user_without_an_acl_may_nothing(cluster: LocalCluster) -> None:
    topic = new_topic(cluster)
    user, password = new_user(cluster)
    admin = AdminClient(cluster.client_config(user, password))

    assert admin.list_topics(timeout=10).topics == {}
    with pytest.raises(KafkaException) as refused:
        admin.create_topics([NewTopic("local.mine", num_partitions=1)])["local.mine"].result()
    assert refused.value.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED

    outcomes: list[KafkaError | None] = []
    producer = Producer(cluster.client_config(user, password, message_timeout_ms=10_000))
    producer.produce(topic, b"x", on_delivery=lambda error, _: outcomes.append(error))
    producer.flush(15)
    assert outcomes[0] is not None
    assert outcomes[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


@pytest.mark.parametrize("listener", ["internal_port", "controller_port"])
def test_brokers_listen_to_brokers_only_by_certificate(cluster: LocalCluster, listener: str) -> None:
    port: int = getattr(cluster.nodes[0], listener)
    context = ssl.create_default_context(cafile=str(cluster.ca))
    with socket.create_connection(("127.0.0.1", port)) as plain, pytest.raises(ssl.SSLError, match="alert"):
        # TLS 1.3 says it after the handshake.
        context.wrap_socket(plain, server_hostname="localhost").recv(1)


def test_nothing_listens_beyond_loopback(cluster: LocalCluster) -> None:
    with contextlib.suppress(OSError), socket.create_connection(("::1", cluster.nodes[0].client_port), 1):
        pytest.fail("a broker listens on IPv6")


# What the cluster is


def test_brokers_stand_in_three_zones_and_keep_three_replicas(cluster: LocalCluster) -> None:
    admin = cluster.admin()
    topic = new_topic(cluster)

    about = admin.describe_cluster().result()
    assert about.cluster_id == cluster.cluster_id
    assert {node.id: node.rack for node in about.nodes} == {
        1: "eu-west-1/eu-west-1a",
        2: "eu-west-1/eu-west-1b",
        3: "eu-west-1/eu-west-1c",
    }
    partitions = admin.list_topics(topic, timeout=10).topics[topic].partitions.values()
    assert [len(partition.replicas) for partition in partitions] == [3, 3, 3]
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    (settings,) = [future.result() for future in admin.describe_configs([resource]).values()]
    assert settings["min.insync.replicas"].value == "2"


def test_a_topic_is_not_made_by_using_it(cluster: LocalCluster) -> None:
    outcomes: list[KafkaError | None] = []
    producer = cluster.producer(message_timeout_ms=3000, topic_metadata_propagation_max_ms=1000)
    producer.produce("local.never-made", b"x", on_delivery=lambda error, _: outcomes.append(error))
    producer.flush(10)

    assert outcomes[0] is not None
    assert "local.never-made" not in cluster.admin().list_topics(timeout=10).topics


# Up and down again


def test_up_again_changes_nothing_and_says_so(cluster: LocalCluster) -> None:
    before = cluster.refresh().status
    lines: list[str] = []

    after = local.up(cluster.settings, lines.append, SYSTEM_CLOCK)

    assert after == before
    assert after.state == "running"
    assert len(lines) == 1
    assert "already running" in lines[0]


def test_up_with_one_broker_killed_starts_that_one_only(cluster: LocalCluster) -> None:
    before = {each.node.id: each.pid for each in cluster.refresh().status.brokers}
    assert before[2] is not None
    os.kill(before[2], signal.SIGKILL)
    while process.find([cluster.nodes[1].home]):
        time.sleep(0.01)
    assert cluster.refresh().status.state == "partial"
    lines: list[str] = []

    status = local.up(cluster.settings, lines.append, SYSTEM_CLOCK)

    after = {each.node.id: each.pid for each in status.brokers}
    assert lines[0] == "starting broker 2"
    assert {node for node in before if before[node] != after[node]} == {2}
    assert status.state == "running"
    assert len(cluster.admin().describe_cluster().result().nodes) == 3


def test_up_with_other_addresses_is_refused_while_brokers_run(cluster: LocalCluster) -> None:
    settings = local.ClusterSettings(
        cluster.settings.directory, base_port=cluster.settings.base_port + 300, jars=cluster.settings.jars
    )
    with pytest.raises(local.LocalClusterError, match=f"run with base port {cluster.settings.base_port}"):
        local.up(settings, print, SYSTEM_CLOCK)
    assert cluster.refresh().status.state == "running"


def test_up_with_a_password_that_the_brokers_do_not_know_says_so(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = cluster.admin_password_file.read_text()
    monkeypatch.setattr(readiness, "PATIENCE_WITH_REFUSAL_S", 1)
    try:
        write_private(cluster.admin_password_file, secrets.token_urlsafe())
        with pytest.raises(
            local.LocalClusterError, match=r"broker 1 isn't ready: .*[Aa]uthentication failed"
        ) as refused:
            local.up(cluster.settings, print, SYSTEM_CLOCK)
    finally:
        write_private(cluster.admin_password_file, password)
    assert password not in str(refused.value) + refused.value.help
    assert cluster.refresh().status.state == "running"


def test_up_without_the_authority_of_running_brokers_is_refused(cluster: LocalCluster) -> None:
    aside = cluster.ca.with_name("aside.pem")
    cluster.ca.rename(aside)
    try:
        with pytest.raises(local.LocalClusterError, match=r"ca\.pem is missing, and brokers run"):
            local.up(cluster.settings, print, SYSTEM_CLOCK)
    finally:
        aside.rename(cluster.ca)


def test_status_as_json_has_what_scripts_read(cluster: LocalCluster) -> None:
    values = cluster.refresh().status.to_json()

    assert values["state"] == "running"
    assert values["bootstrap"] == cluster.settings.bootstrap
    assert values["admin"] == {
        "username": "admin",
        "password_file": str(cluster.admin_password_file),
        "client_settings": str(cluster.settings.administrator / "client.properties"),
    }
    brokers = values["brokers"]
    assert isinstance(brokers, list)
    assert [set(each) for each in brokers] == [{"id", "pid", "rack", "port"}] * 3
    assert cluster.status.administrator.password() not in str(values)
