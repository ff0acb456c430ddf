"""A change against `pulumi stack export`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from levee.diagnostics import LeveeError
from levee.plan.change import compare
from levee_infra.deployed.export import read_export
from tests.support.changing import exported
from tests.support.rule_cases import STACK, Case, loaded

PLAN = loaded(Case("none", "compliant", fails=False, text=""))
AUDIT = "payments-audit"


def read(document: dict[str, Any]) -> Any:
    return read_export(json.dumps(document), STACK).deployed()


def named(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        each for each in document["deployment"]["resources"] if each["urn"].endswith(f"topic:Topic::{name}")
    )
    return found


@pytest.mark.parametrize("version", [3, 4])
def test_what_was_deployed_by_the_program_is_what_the_plan_says(version: int) -> None:
    changes = compare(PLAN, read(exported() | {"version": version}))
    assert changes.resources_before == len(PLAN.topics) + len(PLAN.credentials)
    assert changes.removed == ()
    for each in changes.topics:
        assert each.after is not None
        assert dict(each.before.settings) == dict(each.after.settings)
        assert (each.before.partitions, each.before.protected) == (each.after.partitions, each.after.protected)


@pytest.mark.parametrize("empty", [{}, {"resources": None}, {"resources": []}])
def test_a_stack_of_which_nothing_is_deployed_is_empty(empty: dict[str, Any]) -> None:
    assert read({"version": 3, "deployment": {"manifest": {}} | empty}).topics == ()


def test_a_topic_that_an_interrupted_run_began_to_make_counts_as_deployed() -> None:
    document = exported()
    topic = named(document, AUDIT)
    document["deployment"]["resources"].remove(topic)
    document["deployment"]["pending_operations"] = [{"resource": topic, "type": "creating"}]
    assert AUDIT in {each.stream for each in read(document).topics}


def test_a_topic_that_the_engine_would_delete_is_doomed() -> None:
    document = exported()
    named(document, AUDIT)["delete"] = True
    assert read(document).doomed == {AUDIT}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 3}', '{"version": 3, "deployment": null}', '{"version": 5, "deployment": {}}',
     '{"version": 3, "deployment": {"resources": [{}]}}',
     '{"version": 3, "deployment": {"resources": [{"urn": "urn:pulumi:other::levee::a:b:C::x", "type": "a:b:C"}]}}'],
)  # fmt: skip
def test_what_is_no_export_of_the_stack_is_not_an_empty_one(text: str) -> None:
    with pytest.raises(LeveeError, match="can't be determined") as refused:
        read_export(text, STACK)
    assert refused.value.exit_code == 2


def stack_with(outputs: dict[str, Any]) -> dict[str, Any]:
    document = exported()
    urn = f"urn:pulumi:{STACK}::levee::pulumi:pulumi:Stack::levee-{STACK}"
    stack = {"urn": urn, "type": "pulumi:pulumi:Stack", "outputs": outputs}
    document["deployment"]["resources"].insert(0, stack)
    return document


def test_the_approvals_of_the_last_deployment_are_spent() -> None:
    assert read(stack_with({"approvals": ["a", "b"]})).spent == {"a", "b"}
    assert read(stack_with({})).spent == frozenset()


@pytest.mark.parametrize("approvals", ["a", [1], None, {"a": 1}])
def test_approvals_that_cannot_be_read_are_not_none(approvals: object) -> None:
    with pytest.raises(LeveeError, match="which approvals are spent"):
        read(stack_with({"approvals": approvals}))
