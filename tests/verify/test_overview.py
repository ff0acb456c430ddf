"""What a principal sees of all topics, against what it should see."""

from __future__ import annotations

import pytest

from levee.plan.planned import Plan
from levee_infra.verify.access import Access, PlannedNames
from levee_infra.verify.answer import Answer
from levee_infra.verify.overview import judge_cluster, judge_visible, operation_names

ORDERS = "eu.orders.audit.v1"
WRITE = frozenset({"WRITE", "DESCRIBE"})


@pytest.fixture
def writer(plan: Plan) -> Access:
    names = PlannedNames.of(plan)
    return Access.of(next(each for each in plan.credentials if each.service == "orders-api"), names)


def test_exactly_the_own_streams_with_exactly_the_roles_operations(writer: Access) -> None:
    assert judge_visible(writer, {ORDERS: WRITE}).answer is Answer.ALLOWED


@pytest.mark.parametrize(
    ("visible", "evidence"),
    [
        ({}, f"may not DESCRIBE, WRITE {ORDERS}"),
        ({ORDERS: frozenset({"DESCRIBE"})}, f"may not WRITE {ORDERS}"),
        ({ORDERS: WRITE | {"READ"}}, f"may READ {ORDERS}"),
        ({ORDERS: WRITE, "eu.other.v1": frozenset({"DESCRIBE"})}, "may DESCRIBE eu.other.v1"),
        (
            {ORDERS: WRITE, "__consumer_offsets": frozenset({"DESCRIBE", "READ"})},
            "may DESCRIBE, READ __consumer_offsets",
        ),
    ],
)
def test_more_or_less_is_a_surprise(writer: Access, visible: dict[str, frozenset[str]], evidence: str) -> None:
    observation = judge_visible(writer, visible)
    assert observation.answer is Answer.REFUSED
    assert observation.evidence == evidence


@pytest.mark.parametrize(("others", "end"), [(3, "may READ eu.other2.v1"), (4, "; and 1 more"), (9, "; and 6 more")])
def test_of_many_differences_a_few_are_shown_and_all_counted(writer: Access, others: int, end: str) -> None:
    visible = {ORDERS: WRITE, **{f"eu.other{index}.v1": frozenset({"READ"}) for index in range(others)}}
    assert judge_visible(writer, visible).evidence.endswith(end)


def test_a_manager_may_see_unplanned_streams_below_its_prefix(plan: Plan) -> None:
    names = PlannedNames.of(plan)
    access = Access.of(next(each for each in plan.credentials if each.service == "orders-operator"), names)
    manage = frozenset({"CREATE", "DELETE", "ALTER", "ALTER_CONFIGS", "DESCRIBE", "DESCRIBE_CONFIGS"})
    assert judge_visible(access, {ORDERS: manage, "eu.orders.unplanned": manage}).answer is Answer.ALLOWED


def test_any_right_on_the_cluster_is_one_too_many() -> None:
    assert judge_cluster(frozenset()).answer is Answer.REFUSED
    assert judge_cluster(operation_names({8})).evidence == "DESCRIBE"
    assert judge_cluster(operation_names({31})).answer is Answer.ALLOWED
