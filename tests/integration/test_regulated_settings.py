"""What could cost a regulated topic records is declared, whoever or whatever else says otherwise."""

from __future__ import annotations

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource

from levee.catalog.regulated_setting import REGULATED_SETTINGS
from tests.support.deployment import Deployment

pytestmark = pytest.mark.integration

REGULATED = {"class": "audit", "retention": "90d"}


@pytest.mark.parametrize(
    ("setting", "value"), [("retention_bytes", "1000"), ("segment_ms", "9000000000"), ("file_delete_delay_ms", "1")]
)
def test_what_is_changed_by_hand_is_drift_fails_the_proof_and_is_put_back(
    deployment: Deployment, setting: str, value: str
) -> None:
    deployment.stream("audit", **REGULATED)
    assert deployment.up().code == 0
    declared = deployment.live_settings("audit")
    deployment.set_by_hand("audit", **{setting: value})
    assert deployment.run("drift", "test").code == 3
    proof = deployment.run("verify", "test")
    assert (proof.code, setting.replace("_", ".") in proof.out) == (1, True)
    assert deployment.up().code == 0
    assert deployment.live_settings("audit") == declared
    assert deployment.run("verify", "test").code == 0


def test_a_stream_of_before_gets_them_as_an_ordinary_update(deployment: Deployment) -> None:
    """As a class that becomes regulated: what is deployed has none of these settings, and nothing is refused."""
    deployment.stream("audit", retention="90d")
    assert deployment.up().code == 0
    assert "retention.bytes" not in deployment.live_settings("audit")
    deployment.stream("audit", **REGULATED)
    after = deployment.up()
    assert (after.code, after.summary) == (0, "up: 1 updated, 6 unchanged"), after.text
    assert deployment.live_settings("audit")["retention.bytes"] == "-1"


def test_brokers_that_say_otherwise_say_nothing_of_it(deployment: Deployment) -> None:
    deployment.stream("audit", **REGULATED)
    assert deployment.up().code == 0
    entry = ConfigEntry("log.retention.bytes", "1000", incremental_operation=AlterConfigOpType.SET)
    admin, resource = deployment.cluster.admin(), ConfigResource(ConfigResource.Type.BROKER, "")
    admin.incremental_alter_configs([ConfigResource(resource.restype, "", incremental_configs=[entry])])
    try:
        assert deployment.run("verify", "test").code == 0
        assert deployment.live_settings("audit")["retention.bytes"] == "-1"
    finally:
        gone = ConfigEntry("log.retention.bytes", None, incremental_operation=AlterConfigOpType.DELETE)
        back = ConfigResource(resource.restype, "", incremental_configs=[gone])
        admin.incremental_alter_configs([back])[back].result()


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
