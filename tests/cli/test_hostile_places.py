"""Folders that are gone, paths that are too long, days at the calendar's ends: an error and its code, always."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from levee.model.approval import in_force
from levee_infra.cli.main import command_line, main
from tests.policies.test_waivers import FILE
from tests.support.changing import deploy
from tests.support.levee_process import levee, shell
from tests.support.rule_cases import Case, cases_of, loaded, write

COMPLIANT = Case("none", "compliant", fails=False, text="")
Captured = pytest.CaptureFixture[str]
OF_STACK = ("plan", "guard", "up", "preview", "destroy", "verify", "drift", "status", "carry", "guardrails")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(COMPLIANT, tmp_path / "project")


def test_these_are_all_commands_of_a_stack() -> None:
    text = command_line().format_help()
    others = {"check", "explain", "local", "env"}
    assert all(f"    {name}" in text for name in {*OF_STACK, *others})


@pytest.mark.parametrize("command", [*OF_STACK, "check"])
def test_a_working_folder_that_is_gone(command: str, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    script = 'cd "$1" && rmdir "$1" && levee "${@:2}"'
    ended = shell(script, str(tmp_path / "gone"), command, "prod")
    assert (ended.returncode, "the current folder is gone" in ended.stderr) == (2, True)


@pytest.mark.parametrize("command", ["local status", "local down", "env"])
def test_a_working_folder_that_is_gone_of_commands_without_a_stack(command: str, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    ended = shell(f'cd "$1" && rmdir "$1" && levee {command}', str(tmp_path / "gone"))
    assert ended.returncode == 2


@pytest.mark.parametrize("command", [*OF_STACK, "check"])
@pytest.mark.parametrize("name", ["x" * 300, "a/" * 3000, "\x1b[31m", "..", "ü" * 200])
def test_a_stacks_name_that_can_not_be(command: str, name: str, project: Path, capsys: Captured) -> None:
    assert main([command, "--project", str(project), name]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("command", [*OF_STACK, "check"])
@pytest.mark.parametrize("where", ["x" * 300, "a/" * 3000, "loop", "file", "nowhere"])
def test_a_project_that_can_not_be(command: str, where: str, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("")
    assert main([command, "--project", str(tmp_path / where), "prod"]) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize("command", [*OF_STACK, "check"])
@pytest.mark.parametrize("breakage", ["file", "loop", "pipe", "empty"])
def test_a_stacks_folder_that_can_not_be_listed(command: str, breakage: str, tmp_path: Path) -> None:
    stacks = tmp_path / "stacks"
    match breakage:
        case "file":
            stacks.write_text("")
        case "loop":
            stacks.symlink_to(stacks)
        case "pipe":
            os.mkfifo(stacks)
        case "empty":
            stacks.mkdir()
    assert main([command, "--project", str(tmp_path), "prod"]) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("folder", ["stacks", "stacks/prod", "stacks/prod/streams", "."])
@pytest.mark.parametrize("command", [*OF_STACK, "check"])
def test_a_folder_that_may_not_be_read(command: str, folder: str, project: Path) -> None:
    (project / folder).chmod(0)
    try:
        assert main([command, "--project", str(project), "prod"]) == 2
    finally:
        (project / folder).chmod(0o700)


@pytest.mark.parametrize(
    "name", ["waivers.yaml", "sites.yaml", "conventions.yaml", "classes.yaml", "prod/stack.yaml", "prod/streams/x.yaml"]
)
@pytest.mark.parametrize("kind", ["endless", "pipe", "folder", "loop", "vast"])
def test_a_file_without_end(name: str, kind: str, project: Path) -> None:
    file = project / "stacks" / name
    file.unlink(missing_ok=True)
    match kind:
        case "endless":
            file.symlink_to("/dev/zero")
        case "pipe":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case "loop":
            file.symlink_to(file)
        case "vast":
            file.touch()
            os.truncate(file, 2**40)
    of_rules = name in {"waivers.yaml", "sites.yaml", "conventions.yaml"}
    for command in ("check", "guard") if of_rules else ("check", "plan", "guard"):
        assert main([command, "--project", str(project), "prod"]) == 2


def test_a_file_that_vanishes_between_listing_and_reading(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    from levee.loading import folder

    listed = folder.find

    def then_gone(*arguments: object) -> folder.StackFolder:
        found = listed(*arguments)  # type: ignore[arg-type] # whatever the loader hands in
        (project / "stacks/prod/streams/payments-audit.yaml").unlink(missing_ok=True)
        return found

    monkeypatch.setattr("levee.loading.load.find", then_gone)
    for command in ("check", "plan", "guard"):
        (project / "stacks/prod/streams/payments-audit.yaml").touch()
        assert main([command, "--project", str(project), "prod"]) == 2
        assert "payments-audit.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar(day: date, project: Path, capsys: Captured) -> None:
    deploy(project)
    (project / "stacks/waivers.yaml").write_text(FILE)
    file = project / "stacks/prod/streams/payments-audit.yaml"
    terms = "approved_by: dpo, reason: agreed with the owner of it, ticket: GOV-1"
    file.write_text(f"{file.read_text()}approve: [{{change: retention-cut, until: 9999-12-31, {terms}}}]\n")
    for command in (["check"], ["plan", "prod"], ["guard", "prod"], ["plan", "prod", "--json"]):
        code = main([*command, "--project", str(project), "--as-of", day.isoformat()])
        assert code == (0 if command[0] == "plan" else 1)
        assert "fault" not in capsys.readouterr().err


@pytest.mark.parametrize("text", ["10000-01-01", "0000-01-01", "20261121", "2026-W47-6", "-1", "9999-12-32", ""])
@pytest.mark.parametrize("command", ["check", "plan", "guard"])
def test_days_that_are_none(command: str, text: str, project: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "prod", "--project", str(project), f"--as-of={text}"])
    assert ended.value.code == 2


def test_an_approval_holds_up_to_its_day_and_no_longer_than_it_may() -> None:
    case = next(each for each in cases_of_increase() if not each.fails)
    approval = next(topic for topic in loaded(case).topics if topic.approvals).approvals[0]
    until = approval.until
    assert in_force(approval, until)
    assert in_force(approval, until - timedelta(days=30))
    assert not in_force(approval, until + timedelta(days=1))
    assert not in_force(approval, until - timedelta(days=31))
    assert not in_force(approval, date.max)
    assert not in_force(approval, date.min)


def cases_of_increase() -> list[Case]:
    from levee_policies.registry import BY_ID

    return cases_of(BY_ID["RLS-BLR-003"])


def test_every_command_ends_with_a_code_of_its_own_whatever_breaks(project: Path) -> None:
    """A cluster that isn't there, a secret that isn't: no traceback."""
    for command in OF_STACK:
        yes = ["--yes"] if command in {"up", "destroy"} else []
        assert levee(command, "prod", *yes, "--project", str(project)).returncode in {0, 1, 2}
