"""What could cost a regulated topic records is declared, whoever or whatever else says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource

from levee.catalog.regulated_setting import REGULATED_SETTINGS
from levee.render.quantity import field_of_setting
from tests.support.deployment import Deployment

pytestmark = pytest.mark.integration

REGULATED = {"class": "audit", "retention": "90d"}


@pytest.mark.parametrize(
    ("setting", "value"), [("retention_bytes", "1000"), ("segment_ms", "9000000000"), ("file_delete_delay_ms", "1")]
)
def test_what_is_changed_by_hand_is_drift_fails_the_proof_and_is_put_back(
    deployment: Deployment, setting: str, value: str
) -> None:
    deployment.write_stack(f"  {deployment.service('writer')}: {{rotate_every: 90d}}\n")
    deployment.stream("audit", **REGULATED)
    assert deployment.up().code == 0
    declared = deployment.live_settings("audit")
    deployment.set_by_hand("audit", **{setting: value})
    assert deployment.run("drift", "test").code == 3
    proof = deployment.run("verify", "test")
    assert (proof.code, field_of_setting(setting.replace("_", ".")) in proof.out) == (1, True)
    assert deployment.up().code == 0
    assert deployment.live_settings("audit") == declared
    proof = deployment.run("verify", "test")
    assert proof.code == 0, proof.text


def test_a_stream_of_before_gets_them_as_an_ordinary_update(deployment: Deployment) -> None:
    """As a class that becomes regulated: what is deployed has none of these settings, and nothing is refused."""
    deployment.write_stack(f"  {deployment.service('writer')}: {{rotate_every: 90d}}\n")
    deployment.stream("audit", retention="90d")
    assert deployment.up().code == 0
    assert "retention.bytes" not in deployment.live_settings("audit")
    deployment.stream("audit", **REGULATED)
    after = deployment.up()
    assert (after.code, after.summary) == (0, "up: 1 updated, 4 unchanged"), after.text
    assert deployment.live_settings("audit")["retention.bytes"] == "-1"


@contextmanager
def one_broker_says(stack: Deployment, **settings: str) -> Iterator[None]:
    """Settings of one of the three brokers, while it runs; `_` stands for `.`."""

    def alter(operation: AlterConfigOpType) -> None:
        entries = [
            ConfigEntry(
                name.replace("_", "."),
                value if operation is AlterConfigOpType.SET else None,
                incremental_operation=operation,
            )
            for name, value in settings.items()
        ]
        broker = ConfigResource(ConfigResource.Type.BROKER, str(stack.cluster.nodes[0].id), incremental_configs=entries)
        admin = stack.cluster.admin()
        admin.incremental_alter_configs([broker])[broker].result()

    alter(AlterConfigOpType.SET)
    try:
        yield
    finally:
        alter(AlterConfigOpType.DELETE)


def test_brokers_that_say_otherwise_say_nothing_of_a_regulated_topic(deployment: Deployment) -> None:
    deployment.write_stack(f"  {deployment.service('writer')}: {{rotate_every: 90d}}\n")
    deployment.stream("audit", **REGULATED)
    assert deployment.up().code == 0
    with one_broker_says(deployment, log_retention_bytes="1000", message_max_bytes="2000000"):
        proof = deployment.run("verify", "test")
        assert proof.code == 0, proof.text
        assert deployment.live_settings("audit")["retention.bytes"] == "-1"
        assert "in place of the brokers'" not in deployment.run("preview", "test").out


def test_it_is_told_which_settings_of_brokers_end_to_count(deployment: Deployment) -> None:
    deployment.write_stack(f"  {deployment.service('writer')}: {{rotate_every: 90d}}\n")
    deployment.stream("audit", retention="90d")
    assert deployment.up().code == 0
    deployment.stream("audit", **REGULATED)
    with one_broker_says(deployment, message_max_bytes="2000000"):
        preview = deployment.run("preview", "test")
    assert (
        f"max.message.bytes is set to 1048588 on {deployment.topic('audit')}, in place of the brokers' "
        "message.max.bytes, 1048588 and 2000000"
    ) in preview.out


def test_kafkas_defaults_are_what_the_catalog_says(deployment: Deployment) -> None:
    deployment.stream("events")
    deployment.up()
    admin, resource = deployment.cluster.admin(), ConfigResource(ConfigResource.Type.TOPIC, deployment.topic("events"))
    entries = admin.describe_configs([resource])[resource].result()
    default = 5  # ConfigSource.DEFAULT_CONFIG
    shown = {key: entry.value for key, entry in entries.items() if entry.source == default}
    differing = {
        key: value
        for key, value in shown.items()
        if REGULATED_SETTINGS.get(key) and value != REGULATED_SETTINGS[key].default
    }
    assert differing == {}
