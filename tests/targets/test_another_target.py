"""A target that is a package and a line in the registry: everything else takes it as it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from levee.fields.rules import field, mapping
from levee.loading.schema.stack_file import STACK
from levee.model.stack import Target
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from levee.render.plan_json import render_json
from levee.render.plan_tables import render_tables
from levee.targets.pending import pending
from levee.targets.registry import MODELS
from levee_policies.gate import judge
from tests.support.another_target import MODEL, AnotherBlock
from tests.support.stack_files import IBM_ACCOUNT, StackFiles, ibm_crn

TODAY = date(2026, 12, 1)
OWN, OTHER = IBM_ACCOUNT, "f" * 32

BLOCK = f"""\
ibm:
  logs: "{ibm_crn("logs")}"
  event_streams: "{ibm_crn("messagehub")}"
  plan: standard
  credential: {{api_key_env: IBMCLOUD_API_KEY}}
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackFiles:
    """A compliant stack of the target, which is registered for as long as the test runs."""
    monkeypatch.setitem(MODELS, Target.IBM, MODEL)
    monkeypatch.setitem(STACK, Target.IBM.value, field(mapping(MODEL.fields), MODEL.example))
    files = StackFiles(tmp_path).comply()
    files.edit(
        files.stack,
        "target: kafka\naccount: local\nregion: eu-west-1\n",
        f"target: ibm\naccount: {OWN}\nregion: eu-de\n",
    )
    brokers = '["127.0.0.1:19092", "broker-2.example.com:9093"]'
    files.edit(files.stack, brokers, '["broker-0-abc.kafka.svc01.eu-de.eventstreams.cloud.ibm.com:9093"]')
    files.edit(files.orders, "kind: application", "kind: cloud-logs")
    return files.add(files.stack, BLOCK)


def planned(files: StackFiles) -> Plan:
    return build_plan(files.load(), TODAY)


def failing(files: StackFiles) -> set[str]:
    return {each.rule.id for each in judge(planned(files), files.project, TODAY).gating}


def test_its_keys_are_read_into_a_block_of_its_own(files: StackFiles) -> None:
    block = files.load().block
    assert isinstance(block, AnotherBlock)
    assert (block.logs, block.plan, block.endpoints, block.api_key_env) == (
        ibm_crn("logs"),
        "standard",
        "private",
        "IBMCLOUD_API_KEY",
    )


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("plan: standard", "plan: lite", "bad-value stack.yaml"),
        ("  plan: standard\n", "", "missing-key stack.yaml"),
        ("  plan: standard", "  plan: standard\n  palette: red", "unknown-key stack.yaml"),
        (ibm_crn("logs"), "logs", "bad-value stack.yaml"),
        ("{api_key_env: IBMCLOUD_API_KEY}", "{api_key_env: A, api_key_file: secrets/key}", "api-key stack.yaml"),
        ("target: ibm", "target: kafka", "only-on-ibm stack.yaml"),
    ],
)
def test_what_its_fields_and_checks_refuse_is_told_with_its_place(
    files: StackFiles, old: str, new: str, found: str
) -> None:
    files.edit(files.stack, old, new)
    assert [each.rsplit(":", 2)[0] for each in files.found()] == [found]


def test_it_complies(files: StackFiles) -> None:
    assert failing(files) == set()


def test_a_name_in_it_that_lies_elsewhere_is_judged(files: StackFiles) -> None:
    files.edit(files.stack, ibm_crn("logs"), ibm_crn("logs", OTHER))
    assert failing(files) == {"RLS-ACC-002", "RLS-ACC-003"}
    files.edit(files.stack, ibm_crn("messagehub"), ibm_crn("messagehub", region="us-south"))
    assert failing(files) == {"RLS-ACC-002", "RLS-ACC-003", "RLS-RES-010"}


def test_what_its_block_says_of_brokers_is_judged(files: StackFiles) -> None:
    files.edit(files.stack, "broker-0-abc.kafka.svc01.eu-de.eventstreams.cloud.ibm.com", "broker.example.com")
    assert "RLS-RES-006" in failing(files)


def test_it_is_planned_and_shown(files: StackFiles) -> None:
    plan = planned(files)
    (carrier,) = plan.carriers
    shown = json.loads(render_json(plan))
    assert shown["plan"]["ibm"]["logs"] == ibm_crn("logs")
    assert shown["plan"]["aws"] is None
    assert [part["name"] for part in shown["parts"]] == [carrier.name]
    assert carrier.name in render_tables(plan)
    assert pending(plan) == ()


def test_its_limits_hold(files: StackFiles) -> None:
    files.orders.rename(files.orders.with_name(f"{'o' * 60}.yaml"))
    files.edit(files.stack, "streams: [orders]", f"streams: [{'o' * 60}]")
    assert files.found()[0].startswith("too-long")


def test_what_it_holds_alone_no_other_stack_of_its_account_has(files: StackFiles) -> None:
    other = files.project / "stacks" / "other"
    (other / "streams").mkdir(parents=True)
    for file in (files.stack, files.orders):
        text = (
            file.read_text()
            .replace("bGV2ZWUtbG9jYWwtMDAwMQ", "bGV2ZWUtbG9jYWwtMDAwMg")
            .replace("services\n", "others\n")
        )
        (other / file.relative_to(files.folder)).write_text(text)
    assert {each.id for each in files.diagnostics()} == {"claimed-twice"}
