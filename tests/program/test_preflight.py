"""In what a plan and a live cluster can't both be right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from levee.diagnostics import Rejected
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from levee_infra.kafka.live_cluster import LiveCluster, LiveTopic, contradictions, refuse_contradictions
from tests.support.stack_files import StackFiles

RACKS = {1: "eu-west-1/a", 2: "eu-west-1/b", 3: "eu-west-1/c"}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return build_plan(StackFiles(tmp_path).load(), date(2026, 11, 21))


@pytest.fixture
def live(plan: Plan) -> LiveCluster:
    """A cluster that agrees with the plan."""
    return LiveCluster(id=plan.cluster.id, racks=RACKS, topics={"eu.orders.audit.v1": LiveTopic(3, 3)})


def found(plan: Plan, live: LiveCluster) -> list[str]:
    return [problem.id for problem in contradictions(plan, live)]


def test_a_cluster_that_agrees_is_not_complained_of(plan: Plan, live: LiveCluster) -> None:
    assert found(plan, live) == []


def test_another_cluster_at_the_same_address(plan: Plan, live: LiveCluster) -> None:
    assert found(plan, replace(live, id="AAAAAAAAAAAAAAAAAAAAAA")) == ["wrong-cluster"]


@pytest.mark.parametrize(
    ("rack", "expected"),
    [
        ("us-east-1/a", "wrong-region"),
        (None, "unknown-region"),
        ("", "unknown-region"),
        ("rack7", "unknown-region"),
        ("/a", "unknown-region"),
        ("eu-west-1/", "unknown-region"),
        ("eu-west-10/a", "wrong-region"),
    ],
)
def test_a_broker_outside_or_of_unknown_place(plan: Plan, live: LiveCluster, rack: str | None, expected: str) -> None:
    assert found(plan, replace(live, racks={**RACKS, 2: rack})) == [expected]


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (LiveTopic(4, 3), ["partition-decrease"]),
        (LiveTopic(2, 3), []),
        (LiveTopic(3, 2), ["replication-change"]),
        (LiveTopic(9, 1), ["partition-decrease", "replication-change"]),
    ],
)
def test_a_topic_that_exists_in_another_shape(
    plan: Plan, live: LiveCluster, topic: LiveTopic, expected: list[str]
) -> None:
    assert found(plan, replace(live, topics={"eu.orders.audit.v1": topic})) == expected


def test_a_topic_that_is_not_declared_is_nobodys_business(plan: Plan, live: LiveCluster) -> None:
    assert found(plan, replace(live, topics={"other": LiveTopic(50, 1)})) == []


def test_every_contradiction_is_told_at_once_with_its_place(plan: Plan, live: LiveCluster, tmp_path: Path) -> None:
    live = replace(live, id="AAAAAAAAAAAAAAAAAAAAAA", topics={"eu.orders.audit.v1": LiveTopic(4, 3)})
    with pytest.raises(Rejected) as rejected:
        refuse_contradictions(plan, live, tmp_path)
    assert rejected.value.exit_code == 1
    places = [(each.id, str(each.location).rpartition("/")[2]) for each in rejected.value.diagnostics]
    assert places == [("wrong-cluster", "stack.yaml:7:7"), ("partition-decrease", "orders.yaml:5:13")]
