"""What is told of brokers' settings that end to count."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from levee.plan.build import build_plan
from levee.plan.planned import PlannedTopic
from levee_infra.kafka.admin.topics import LiveTopic, Shape
from levee_infra.kafka.broker_values import decided_otherwise, lines
from tests.support.stack_files import StackFiles

VALUES = {"max.message.bytes": {"10485760", "1048588"}, "segment.bytes": {"+1073741824"}}


def planned(tmp_path: Path, *others: str) -> list[PlannedTopic]:
    files = StackFiles(tmp_path)
    for key in others:
        files.stream(key)
    return list(build_plan(files.load(), date(2026, 11, 21)).topics)


def live(topic: PlannedTopic, **config: str) -> LiveTopic:
    return LiveTopic(topic.name, Shape(3, 3), {key.replace("_", "."): value for key, value in config.items()})


def test_a_setting_that_one_broker_decides_otherwise_is_told_with_the_way_to_keep_it(tmp_path: Path) -> None:
    (topic,) = planned(tmp_path)
    (line,) = lines([topic], [live(topic)], VALUES)
    assert line.startswith("max.message.bytes is set to 1048588 on eu.orders.audit.v1, in place of the brokers' ")
    assert "message.max.bytes, 10485760" in line


def test_nothing_is_told_of_a_topic_that_says_it_itself_or_is_gone(tmp_path: Path) -> None:
    (topic,) = planned(tmp_path)
    assert list(lines([topic], [live(topic, max_message_bytes="1048588")], VALUES)) == []
    assert list(lines([topic], [None], VALUES)) == []


def test_nobody_asks_for_topics_that_are_left_to_their_brokers(tmp_path: Path) -> None:
    decided = {topic.stream: list(decided_otherwise(topic, VALUES)) for topic in planned(tmp_path, "debug")}
    assert decided == {"debug": [], "orders": ["max.message.bytes"]}


@pytest.mark.parametrize("values", [{}, {"max.message.bytes": {"1048588"}}])
def test_nothing_is_asked_where_the_brokers_agree(tmp_path: Path, values: dict[str, set[str]]) -> None:
    (topic,) = planned(tmp_path)
    assert list(decided_otherwise(topic, values)) == []
