"""What the command line answers to slips, to nothing at all, and to wishes to know more."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from levee import __version__
from levee_infra.cli.main import main
from levee_infra.cli.telling import Telling
from tests.support.levee_process import levee
from tests.support.stack_files import StackFiles

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path).comply()


@pytest.mark.parametrize("words", [[], ["--debug"]])
def test_alone_it_explains_itself(words: list[str], capsys: Captured) -> None:
    assert main(words) == 0
    assert "positional arguments" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["chekc"], "`check`"),
        (["vrify", "local"], "`verify`"),
        (["plan", "local", "--jsn"], "`--json`"),
        (["check", "--formt=json"], "`--format`"),
        (["check", "--format", "jsno"], "`json`"),
        (["local", "donw"], "`down`"),
        (["local", "up", "--baes-port", "3"], "`--base-port`"),
        (["--verson"], "`--version`"),
    ],
)
def test_a_slip_is_answered_with_what_is_near_it(words: list[str], near: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert f"did you mean {near}?" in capsys.readouterr().err


def test_what_is_near_nothing_is_answered_with_what_there_is(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["\x1b[2Jq"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "choose from init, plan" in told
    assert "\x1b" not in told


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(levee("completion", "bash").stdout)
    ask = (
        f"source {tmp_path}/script; COMP_WORDS=(levee {{}}); COMP_CWORD=$((${{{{#COMP_WORDS[@]}}}} - 1)); "
        "COMP_TYPE=9; _shtab_levee 2>/dev/null; echo ${{COMPREPLY[@]}}"
    )
    for typed, completed in (("ver", "verify"), ("check --form", "--format"), ("local sta", "status")):
        done = subprocess.run(["bash", "-c", ask.format(typed)], capture_output=True, text=True, check=False)
        assert completed in done.stdout.split(), done.stdout + done.stderr


def test_zsh_has_a_script_too() -> None:
    assert levee("completion", "zsh").stdout.startswith("#compdef levee")


@pytest.mark.parametrize("words", [["--debug", "plan", "x"], ["plan", "x", "-v"], ["check", "nowhere", "--debug"]])
def test_debug_says_where_an_error_comes_from(words: list[str], files: StackFiles, capsys: Captured) -> None:
    assert main([*words, "--project", str(files.project)]) == 2
    told = capsys.readouterr().err
    assert "LeveeError" in told
    assert any(line.startswith("debug: ") and "/cli/" in line for line in told.splitlines())


def test_without_debug_nothing_of_it_is_told(files: StackFiles, capsys: Captured) -> None:
    assert main(["plan", "x", "--project", str(files.project), "--debug"]) == 2
    capsys.readouterr()
    assert main(["plan", "x", "--project", str(files.project)]) == 2
    assert "debug:" not in capsys.readouterr().err


def test_debug_tells_no_value_of_a_fault(files: StackFiles, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def breaks(*_: object) -> None:
        raise KeyError("hunter2 of the cluster")

    monkeypatch.setattr("levee.loading.load.build_plan", breaks)
    assert main(["plan", "test", "--debug", "--project", str(files.project)]) == 1
    told = capsys.readouterr()
    assert "KeyError" in told.err
    assert "breaks" in told.err
    assert "hunter2" not in told.out + told.err


def test_json_alone_is_on_standard_output_and_lines_on_standard_error(capsys: Captured) -> None:
    telling = Telling("up", "local", as_json=True)
    telling.say("+ topic eu.orders.audit.v1")
    telling.say("warning: password = hunter2hunter2")
    telling.say("1 created of 2")
    telling.end(engine="embedded")
    told = capsys.readouterr()
    (warning,) = json.loads(told.out).pop("warnings")
    assert json.loads(told.out) == {
        "format": 1,
        "levee": __version__,
        "command": "up",
        "stack": "local",
        "engine": "embedded",
        "differences": [{"action": "create", "text": "topic eu.orders.audit.v1"}],
        "warnings": [warning],
    }
    assert "1 created of 2" in told.err
    assert "hunter2" not in told.out + told.err


def test_nobody_is_asked_where_only_json_may_be_said(files: StackFiles, capsys: Captured) -> None:
    assert main(["up", "test", "--json", "--project", str(files.project)]) != 0
    assert capsys.readouterr().out == ""
