"""A change against what a preview shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from levee.diagnostics import LeveeError
from levee.plan.change import compare
from levee_infra.deployed.preview import from_preview
from levee_policies.engine import evaluate
from levee_policies.facts import Context
from levee_policies.finding import Verdict
from levee_policies.registry import on
from levee_policies.rule import Surface
from tests.support.changing import preview, write_preview
from tests.support.rule_cases import AS_OF, STACK, Case, loaded

PLAN = loaded(Case("none", "compliant", fails=False, text=""))


def test_a_preview_of_no_change_removes_nothing(tmp_path: Path) -> None:
    changes = compare(PLAN, from_preview(write_preview(tmp_path / "p.json", preview()), STACK))
    assert changes.removed == ()
    assert changes.resources_before == len(PLAN.topics) + len(PLAN.credentials)


@pytest.mark.parametrize("operation", ["delete", "replace", "delete-replaced", "create-replacement"])
def test_what_the_engine_would_delete_goes_whatever_the_plan_says(tmp_path: Path, operation: str) -> None:
    file = write_preview(tmp_path / "p.json", preview(payments_audit=operation))
    assert compare(PLAN, from_preview(file, STACK)).removed == ("stream/payments-audit",)


def test_a_topic_that_is_gone_already_and_made_again_is_not_deleted(tmp_path: Path) -> None:
    document = preview(payments_audit="delete")
    step = document["steps"][-1]
    urn = next(each["urn"] for each in document["steps"] if each["op"] == "delete" and "topic" in each["urn"])
    document["steps"].append({"op": "create", "urn": urn, "newState": step["oldState"]})
    assert compare(PLAN, from_preview(write_preview(tmp_path / "p.json", document), STACK)).removed == ()


def without_refresh(document: dict[str, Any]) -> None:
    document["steps"] = [step for step in document["steps"] if step["op"] != "refresh"]


def failed(document: dict[str, Any]) -> None:
    document["diagnostics"] = [{"message": "error: the broker is not there", "severity": "error"}]


def of_another_stack(document: dict[str, Any]) -> None:
    document["steps"][0]["urn"] = document["steps"][0]["urn"].replace(":prod::", ":test::")


def no_summary(document: dict[str, Any]) -> None:
    del document["changeSummary"]


def strange_steps(document: dict[str, Any]) -> None:
    document["steps"] = [17]


def strange_state(document: dict[str, Any]) -> None:
    document["steps"][0]["oldState"] = {"inputs": 3}


@pytest.mark.parametrize(
    "damage", [without_refresh, failed, of_another_stack, no_summary, strange_steps, strange_state]
)
def test_half_a_preview_is_none(tmp_path: Path, damage: Any) -> None:
    document = preview()
    damage(document)
    with pytest.raises(LeveeError) as refused:
        from_preview(write_preview(tmp_path / "p.json", document), STACK)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"steps": []}\n{"sequence": 1}', "\udcff"])
def test_a_file_that_is_no_preview_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(LeveeError) as refused:
        from_preview(tmp_path / "p.json", STACK)
    assert refused.value.exit_code == 2


def test_a_preview_that_is_not_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(LeveeError) as refused:
        from_preview(tmp_path / "p.json", STACK)
    assert refused.value.exit_code == 2


def test_what_a_preview_does_not_know_is_not_let_through(tmp_path: Path) -> None:
    document = preview()
    for step in document["steps"]:
        if step["urn"].endswith("::payments-audit"):
            step["oldState"]["inputs"]["partitions"] = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    deployed = from_preview(write_preview(tmp_path / "p.json", document), STACK)
    context = Context(as_of=AS_OF, changes=compare(PLAN, deployed), exemptions=())
    gating = evaluate(PLAN, on(Surface.CHANGE), context).gating
    assert {(each.rule.id, each.verdict) for each in gating} == {
        ("RLS-BLR-002", Verdict.UNKNOWN),
        ("RLS-BLR-003", Verdict.UNKNOWN),
    }


def test_secrets_of_a_preview_are_not_needed(tmp_path: Path) -> None:
    document = json.loads(json.dumps(preview()).replace('"SCRAM-SHA-512"', '"[secret]"'))
    assert from_preview(write_preview(tmp_path / "p.json", document), STACK).topics
