"""`levee guard` as its users run it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from levee_infra.cli.main import main
from tests.support.changing import AUDIT, EVENTS, commit, deploy, edit, preview, project, write_preview
from tests.support.rule_cases import STACK
from tests.support.stack_files import move_elsewhere

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


@AGAINST
def test_who_holds_the_access_of_a_service_changes_on_purpose(
    deployed: Path, against: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(deployed)
    dashboard = "  payments-dashboard:\n    owner: payments-team\n    "
    stack = f"stacks/{STACK}/stack.yaml"
    edit(deployed, stack, f"{dashboard}rotate_every: 90d\n", f"{dashboard}principal: CN=dashboard,O=example\n")
    assert told(deployed, capsys, "--against", *against) == {"RLS-BLR-006"}
    guard(deployed, "--against", *against)
    said = " ".join(capsys.readouterr().out.split())
    assert "User:CN=dashboard,O=example, in place of User:payments-dashboard.g1, may newly" in said


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


WAIVERS = "stacks/waivers.yaml"
WAIVER = """\
  - rule: {rule}
    subject: {subject}
    reason: the owner of the records agreed
    owner: payments-team
    ticket: GOV-1
    approved_by: data-protection-officer
    expires: 2026-12-01
"""
OF_FILES = WAIVER.format(rule="RLS-DUR-002", subject=f"{STACK}/stream/payments-audit")
OF_A_CHANGE = WAIVER.format(rule="RLS-BLR-004", subject=f"{STACK}/stream/payments-events")


def waive(folder: Path, *entries: str) -> None:
    (folder / WAIVERS).write_text("waivers:\n" + "".join(entries))


def breaks(folder: Path) -> None:
    """A rule of files; the change itself is approved."""
    terms = "until: 2026-11-28, approved_by: dpo, reason: agreed with the owner of it, ticket: GOV-1"
    with (folder / AUDIT).open("a") as stream:
        stream.write(f"min_insync: 1\napprove: [{{change: setting-change, {terms}}}]\n")


def told(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> set[str]:
    """The rules that gate."""
    capsys.readouterr()
    code = guard(folder, "--format", "json", *(arguments or ("--against", "git", "HEAD")))
    findings = json.loads(capsys.readouterr().out)["stacks"][0]["findings"]
    found = {each["rule"] for each in findings if each["verdict"] != "waived"}
    assert code == (1 if found else 0)
    return found


def test_a_waiver_does_not_excuse_the_change_that_it_comes_with(
    deployed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    breaks(deployed)
    waive(deployed, OF_FILES)
    assert told(deployed, capsys) == {"RLS-POL-005"}
    assert main(["check", "--project", str(deployed), *DAY]) == 0, "which only sees the files as they are"


def test_a_waiver_that_was_there_before_excuses_the_change(deployed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waive(deployed, OF_FILES + "    change_by: 2026-11-28\n")
    assert main(["check", "--project", str(deployed), *DAY]) == 0
    assert told(deployed, capsys) == set()
    commit(deployed)
    breaks(deployed)
    assert told(deployed, capsys) == set()


def test_a_waiver_of_a_rule_about_changes_must_be_there_before_too(
    deployed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(deployed, EVENTS, "retention: 7d", "retention: 2d")
    waive(deployed, OF_A_CHANGE)
    assert told(deployed, capsys) == {"RLS-POL-005"}
    edit(deployed, EVENTS, "retention: 2d", "retention: 7d")
    commit(deployed)
    edit(deployed, EVENTS, "retention: 7d", "retention: 2d")
    assert told(deployed, capsys) == set()


def test_a_waiver_that_the_change_widens_is_new(deployed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waive(deployed, OF_FILES.replace("payments-audit", "payments-events") + "    change_by: 2026-11-28\n")
    commit(deployed)
    breaks(deployed)
    waive(deployed, OF_FILES.replace("payments-audit", "payments-*"))
    assert told(deployed, capsys) == {"RLS-POL-005"}


def test_a_new_waiver_may_excuse_what_was_broken_before(deployed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    breaks(deployed)
    waive(deployed, OF_FILES.replace("2026-12-01", "2026-11-20"))
    commit(deployed)
    waive(deployed, OF_FILES)
    assert told(deployed, capsys) == set()


def test_a_new_stack_brings_its_waivers(deployed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (deployed / "stacks/prod").rename(deployed / "stacks/next")
    waive(deployed, OF_FILES.replace("prod/", "next/"))
    with (deployed / AUDIT.replace("prod", "next")).open("a") as stream:
        stream.write("min_insync: 1\n")
    assert main(["guard", "next", "--project", str(deployed), *DAY, "--against", "git", "HEAD"]) == 0


def test_waivers_of_other_stacks_in_the_base_are_no_trouble(deployed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(deployed / "stacks/prod", deployed / "stacks/second")
    move_elsewhere(deployed / "stacks/second/stack.yaml")
    waive(deployed, OF_FILES.replace("prod/", "second/"))
    commit(deployed)
    assert told(deployed, capsys) == set()


def test_waivers_of_the_base_that_cannot_be_read_are_exit_2(deployed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (deployed / WAIVERS).write_text("waivers: [")
    commit(deployed)
    (deployed / WAIVERS).unlink()
    assert guard(deployed, "--against", "git", "HEAD") == 2
    assert "waivers.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("against", [["state"], ["preview", "preview.json"]])
def test_where_no_waivers_are_recorded_it_is_not_judged_and_not_passed(
    deployed: Path, against: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(deployed)
    breaks(deployed)
    waive(deployed, OF_FILES)
    assert told(deployed, capsys, "--against", *against) == set()
    guard(deployed, "--against", *against, "--format", "json")
    assert "RLS-POL-005" not in json.loads(capsys.readouterr().out)["stacks"][0]["rules"]
