"""`levee guard` as its users run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from levee.cli.main import main
from tests.support.changing import AUDIT, EVENTS, commit, deploy, edit, preview, project, write_preview
from tests.support.rule_cases import STACK

DAY = ("--as-of", "2026-11-21")
RETIRE = "retire: {on: 2026-11-21, approved_by: dpo, reason: replaced by another stream, ticket: GOV-1}\n"


def guard(folder: Path, *arguments: str) -> int:
    return main(["guard", STACK, "--project", str(folder), *DAY, *arguments])


@pytest.fixture
def deployed(tmp_path: Path) -> Path:
    deploy(project(tmp_path))
    commit(tmp_path)
    write_preview(tmp_path / "preview.json", preview())
    return tmp_path


AGAINST = pytest.mark.parametrize("against", [["state"], ["git", "HEAD"], ["preview", "preview.json"]])


@AGAINST
def test_no_change_is_exit_0(deployed: Path, against: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(deployed)
    assert guard(deployed, "--against", *against) == 0


@AGAINST
def test_a_regulated_topic_that_goes_is_exit_1(
    deployed: Path, against: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(deployed)
    edit(deployed, AUDIT, "eu.payments.audit.v1", "eu.payments.audit.v2")
    assert guard(deployed, "--against", *against, "--format", "json") == 1
    found = {each["rule"] for each in json.loads(capsys.readouterr().out)["stacks"][0]["findings"]}
    assert "RLS-BLR-001" in found


@AGAINST
def test_a_cut_and_a_new_reader_are_exit_1_until_they_are_approved(
    deployed: Path, against: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(deployed)
    edit(deployed, EVENTS, "retention: 7d", "retention: 2d")
    with (deployed / EVENTS).open("a") as stream:
        stream.write("  - {service: auditor, groups: [auditor-events]}\n")
    assert guard(deployed, "--against", *against) == 1
    said = capsys.readouterr().out
    assert "RLS-BLR-004" in said
    assert "RLS-BLR-006" in said
    terms = "until: 2026-11-30, approved_by: dpo, reason: agreed with the owner of it, ticket: GOV-1"
    with (deployed / EVENTS).open("a") as stream:
        stream.write("approve:\n")
        stream.write(f"  - {{change: retention-cut, {terms}}}\n")
        stream.write(f"  - {{change: grant-widening, service: auditor, {terms}}}\n")
    assert guard(deployed, "--against", *against) == 0


def test_a_retirement_takes_two_steps(deployed: Path) -> None:
    dead_letters = f"stacks/{STACK}/streams/payments-spare.yaml"
    text = (deployed / AUDIT).read_text().split("sources:")[0]
    spare = text.replace("eu.payments.audit.v1", "eu.payments.spare.v1")
    (deployed / dead_letters).write_text(spare)
    commit(deployed)
    (deployed / dead_letters).unlink()
    assert guard(deployed, "--against", "git", "HEAD") == 1
    (deployed / dead_letters).write_text(spare + RETIRE)
    assert guard(deployed, "--against", "git", "HEAD") == 0
    commit(deployed)
    (deployed / dead_letters).unlink()
    assert guard(deployed, "--against", "git", "HEAD") == 0


def test_a_stack_that_is_new_is_not_a_change(deployed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (deployed / "stacks/prod").rename(deployed / "stacks/next")
    assert main(["guard", "next", "--project", str(deployed), *DAY, "--against", "git", "HEAD"]) == 0
    assert "0 topics and credentials" in capsys.readouterr().err


def test_how_much_may_go_can_be_said(deployed: Path) -> None:
    (deployed / EVENTS).unlink()
    edit(
        deployed,
        f"stacks/{STACK}/stack.yaml",
        "  payments-dashboard:\n    owner: payments-team\n    rotate_every: 90d\n",
        "",
    )
    assert guard(deployed, "--max-removed", "21") == 1
    assert guard(deployed, "--max-removed", "23") == 0


@pytest.mark.parametrize("against", [["nothing"], ["git"], ["state", "x"], ["preview", "a", "b"], ["git", "nowhere"]])
def test_nothing_to_compare_with_is_exit_2(
    deployed: Path, against: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert guard(deployed, "--against", *against) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "help:" in captured.err


@pytest.mark.parametrize("percent", ["-1", "101", "many", "1.5"])
def test_a_percentage_that_is_none_is_exit_2(deployed: Path, percent: str) -> None:
    with pytest.raises(SystemExit) as ended:
        guard(deployed, f"--max-removed={percent}")
    assert ended.value.code == 2
