"""The settings of a topic that Kafka knows."""

import pytest

from levee.catalog.topic_setting import OWNED_SETTINGS, TOPIC_SETTINGS


def test_owned_settings_are_settings() -> None:
    assert OWNED_SETTINGS.keys() <= TOPIC_SETTINGS.keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cleanup.policy", "compact"),
        ("cleanup.policy", "compact,delete"),
        ("compression.type", "zstd"),
        ("compression.gzip.level", "-1"),
        ("compression.gzip.level", "9"),
        ("flush.ms", str(2**63 - 1)),
        ("follower.replication.throttled.replicas", "*"),
        ("min.cleanable.dirty.ratio", "1"),
        ("min.cleanable.dirty.ratio", "1e-05"),
        ("preallocate", "true"),
    ],
)
def test_what_kafka_takes(name: str, value: str) -> None:
    assert TOPIC_SETTINGS[name].problem(value) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cleanup.policy", ""),
        ("cleanup.policy", "compact,remove"),
        ("compression.type", "ZSTD"),
        ("compression.gzip.level", "0"),
        ("compression.gzip.level", "10"),
        ("flush.ms", str(2**63)),
        ("flush.ms", "1.5"),
        ("flush.ms", "1_000"),
        ("min.cleanable.dirty.ratio", "1.1"),
        ("min.cleanable.dirty.ratio", "nan"),
        ("preallocate", "True"),
        ("segment.bytes", "1048575"),
    ],
)
def test_what_kafka_refuses(name: str, value: str) -> None:
    assert TOPIC_SETTINGS[name].problem(value)
