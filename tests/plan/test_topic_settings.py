"""What a topic is set to."""

from __future__ import annotations

import pytest

from levee.catalog.regulated_setting import LEFT_SETTINGS, REGULATED_SETTINGS
from levee.catalog.topic_setting import TOPIC_SETTINGS
from levee.plan.topic_settings import topic_settings

OWN = {"cleanup.policy": "delete", "min.insync.replicas": "2", "retention.ms": "7776000000"}
COMPACTED = OWN | {"cleanup.policy": "compact"}
TIERED = OWN | {"remote.storage.enable": "true"}


def settings(own: dict[str, str], brokers: dict[str, str] | None = None) -> dict[str, str]:
    return dict(topic_settings(own, brokers or {}, regulated=True).settings)


def test_it_is_decided_of_every_setting_whether_a_regulated_topic_declares_it() -> None:
    assert REGULATED_SETTINGS.keys() | LEFT_SETTINGS.keys() == TOPIC_SETTINGS.keys()
    assert not REGULATED_SETTINGS.keys() & LEFT_SETTINGS.keys()


def test_every_safe_value_is_one_that_kafka_takes() -> None:
    problems = {key: TOPIC_SETTINGS[key].problem(rule.default) for key, rule in REGULATED_SETTINGS.items()}
    assert {key: problem for key, problem in problems.items() if problem} == {}


def test_the_streams_own_word_counts_before_the_stacks_and_that_before_kafkas() -> None:
    brokers = {"message.max.bytes": "0010485760", "log.segment.bytes": "104857600"}
    declared = settings(OWN | {"segment.bytes": "2097152"}, brokers)
    assert (declared["max.message.bytes"], declared["segment.bytes"]) == ("10485760", "2097152")
    assert declared["compression.type"] == "producer"


@pytest.mark.parametrize(
    ("retention", "segment"),
    [("-1", "604800000"), ("7776000000", "604800000"), ("86400000", "86400000")],
)
def test_no_record_waits_in_an_open_segment_for_longer_than_it_is_kept(retention: str, segment: str) -> None:
    assert settings(OWN | {"retention.ms": retention})["segment.ms"] == segment


def test_what_only_compaction_looks_at_is_declared_of_compacted_topics_only() -> None:
    assert "min.compaction.lag.ms" in settings(COMPACTED)
    assert "min.compaction.lag.ms" in settings(OWN | {"cleanup.policy": "delete , compact"})
    assert "min.compaction.lag.ms" not in settings(OWN)
    assert "retention.bytes" not in settings(COMPACTED)


def test_tiering_that_no_file_declares_is_compared_and_never_set() -> None:
    assert dict(topic_settings(OWN, {}, regulated=True).effective) == {"remote.storage.enable": "false"}
    assert not [key for key in settings(OWN) if key.startswith(("remote.", "local."))]


def test_where_a_stream_declares_tiering_all_of_it_is_declared() -> None:
    declared = topic_settings(TIERED, {}, regulated=True)
    assert dict(declared.settings)["local.retention.ms"] == "-2"
    assert dict(declared.effective) == {"remote.log.copy.disable": "false", "remote.log.delete.on.disable": "false"}


def test_settings_are_spelled_as_brokers_show_them() -> None:
    own = {"cleanup.policy": "delete , compact", "min.cleanable.dirty.ratio": "1", "retention.ms": "0600000"}
    assert dict(topic_settings(own, {}, regulated=False).settings) == {
        "cleanup.policy": "compact,delete",
        "min.cleanable.dirty.ratio": "1.0",
        "retention.ms": "600000",
    }
