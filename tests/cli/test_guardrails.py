"""`levee guardrails` as its users run it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from levee.model.stack import StackSpec, Target
from levee.plan.build import build_plan
from levee.plan.planned import Boundary, Plan
from levee.targets.aws.iam.parsing import parse_document
from levee_infra.cli.main import main
from tests.support.stack_files import StackFiles

ACCOUNT = "123456789012"


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


@pytest.fixture
def boundary(monkeypatch: pytest.MonkeyPatch) -> Boundary:
    """Makes of every stack's plan one on AWS: what such a stack must declare besides is not what is tried here."""
    found = Boundary(account=ACCOUNT, region="eu-west-1", jurisdiction="eu")

    def on_aws(spec: StackSpec, as_of: date) -> Plan:
        plan = build_plan(spec, as_of)
        return replace(plan, target=Target.AWS, boundary=found, trusted_accounts=("210987654321",))

    monkeypatch.setattr("levee.loading.load.build_plan", on_aws)
    return found


def guardrails(files: StackFiles, *arguments: str) -> int:
    return main(["guardrails", files.name, "--project", str(files.project), *arguments])


@pytest.mark.usefixtures("boundary")
def test_standard_output_is_json_and_standard_error_the_holes(
    files: StackFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guardrails(files) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert list(found) == ["scp-region", "rcp-perimeter"]
    (region,) = parse_document(found["scp-region"]).statements
    assert "kms:*" in region.not_actions
    assert region.conditions[0].values == ("eu-west-1",)
    assert f"For account {ACCOUNT}, region eu-west-1" in said.err
    assert "kms" in said.err
    assert "multi-region key" in said.err
    assert "no RCP reaches it" in said.err


@pytest.mark.usefixtures("boundary")
def test_one_kind_and_closed_services(files: StackFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert guardrails(files, "--kind", "scp", "--close", "kms", "--close", "config") == 0
    said = capsys.readouterr()
    assert list(json.loads(said.out)) == ["scp-region"]
    assert "kms:*" not in said.out
    assert '"config:*"' not in said.out
    assert "multi-region key" not in said.err


@pytest.mark.usefixtures("boundary")
def test_an_organization_is_let_in(files: StackFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert guardrails(files, "--kind", "rcp", "--organization", "o-a1b2c3d4e5") == 0
    said = capsys.readouterr()
    assert "o-a1b2c3d4e5" in said.out
    assert ACCOUNT in said.out
    assert "multi-region key" not in said.err


@pytest.mark.usefixtures("boundary")
def test_files_in_a_folder(files: StackFiles, capsys: pytest.CaptureFixture[str]) -> None:
    folder = files.project / "out" / "policies"
    assert guardrails(files, "--output", str(folder)) == 0
    written = {path.name: path.read_text() for path in folder.iterdir()}
    assert sorted(written) == ["test-left-open.txt", "test-rcp-perimeter.json", "test-scp-region.json"]
    parse_document(written["test-scp-region.json"])
    parse_document(written["test-rcp-perimeter.json"])
    assert "multi-region key" in written["test-left-open.txt"]
    assert capsys.readouterr().out == ""
    assert guardrails(files, "--output", str(folder)) == 0
    assert {path.name: path.read_text() for path in folder.iterdir()} == written


@pytest.mark.usefixtures("boundary")
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--close", "s4"), "--close s4: it isn't exempted"),
        (("--close", "kafka"), "--close kafka: it isn't exempted"),
        (("--organization", "a1b2c3d4e5"), "--organization a1b2c3d4e5: not an id"),
        (("--output", "/dev/null/policies"), "/dev/null/policies can't be made"),
    ],
)
def test_bad_usage_is_exit_2(
    files: StackFiles, arguments: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guardrails(files, *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert complaint in said.err
    assert "help:" in said.err


def test_a_stack_of_another_target_is_exit_2(files: StackFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert guardrails(files) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "stack test is of target kafka" in said.err


def test_a_region_that_is_not_of_aws_is_exit_2(
    files: StackFiles, boundary: Boundary, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = build_plan

    def elsewhere(spec: StackSpec, as_of: date) -> Plan:
        return replace(inner(spec, as_of), target=Target.AWS, boundary=replace(boundary, region="eu-de"))

    monkeypatch.setattr("levee.loading.load.build_plan", elsewhere)
    assert guardrails(files) == 2
    assert "eu-de is no region of AWS" in capsys.readouterr().err


@pytest.mark.usefixtures("boundary")
def test_a_policy_that_is_too_large_is_exit_2(
    files: StackFiles, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("levee.targets.aws.iam.guardrails.Kind.limit", 100)
    assert guardrails(files) == 2
    assert "more than AWS takes (100)" in capsys.readouterr().err
