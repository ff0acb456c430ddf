"""The catalog of topic settings says what a real broker says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
)

from levee.catalog.topic_setting import TOPIC_SETTINGS, SettingType, TopicSetting
from tests.support.cluster import LocalCluster
from tests.support.live_topics import create_by_hand, delete_by_hand

pytestmark = pytest.mark.integration
TOPIC = "catalog.topic-settings"


@pytest.fixture(scope="module")
def admin(cluster: LocalCluster) -> Iterator[AdminClient]:
    client = AdminClient(cluster.client_config())
    create_by_hand(cluster, TOPIC)
    yield client
    delete_by_hand(cluster, TOPIC)


def accepts(admin: AdminClient, name: str, value: str) -> bool:
    """Whether the broker would take the setting; nothing is changed."""
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, TOPIC, incremental_configs=[entry])
    (answer,) = admin.incremental_alter_configs([resource], validate_only=True).values()
    try:
        answer.result()
    except KafkaException as error:
        if error.args[0].name() != "INVALID_CONFIG":
            raise
        return False
    return True


def refused_values(setting: TopicSetting) -> Iterator[str]:
    """Values just outside what the catalog allows."""
    if setting.least is not None:
        yield str(setting.least - 1 if setting.also is None else setting.also - 1)
    if setting.most is not None:
        yield str(setting.most + 1)
    if setting.type is SettingType.BOOLEAN:
        yield "perhaps"
    elif setting.type is not SettingType.LIST or setting.words:
        yield "none-of-these"


def test_the_broker_knows_the_same_settings(admin: AdminClient) -> None:
    (answer,) = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, TOPIC)]).values()
    assert set(answer.result()) == TOPIC_SETTINGS.keys()


def test_the_broker_refuses_what_the_catalog_refuses(admin: AdminClient) -> None:
    taken = [
        f"{name}={value}"
        for name, setting in TOPIC_SETTINGS.items()
        for value in refused_values(setting)
        if setting.problem(value) is None or accepts(admin, name, value)
    ]
    assert taken == []


def test_the_broker_takes_what_the_catalog_takes(admin: AdminClient) -> None:
    """The ends of what is allowed, of settings that stand for themselves: tiered storage needs more of the cluster."""
    alone = {name: each for name, each in TOPIC_SETTINGS.items() if not name.startswith(("remote.", "local."))}
    candidates = {
        name: [*each.words, *(str(end) for end in (each.least, each.also) if end is not None)]
        for name, each in alone.items()
    }
    refused = [
        f"{name}={value}" for name, values in candidates.items() for value in values if not accepts(admin, name, value)
    ]
    assert refused == []
