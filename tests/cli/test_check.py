"""`levee check` and `levee explain` as commands: what they print, what they end with, what they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from levee_infra.cli.main import main
from levee_policies.registry import RULES
from tests.policies.test_waivers import BROKEN, FILE
from tests.support.rule_cases import Case, write
from tests.support.stack_files import move_elsewhere

COMPLIANT = Case("none", "compliant", fails=False, text="")
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def compliant(tmp_path: Path) -> Path:
    return write(COMPLIANT, tmp_path / "compliant project ü")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return write(BROKEN, tmp_path / "broken project ü")


def check(project: Path, *arguments: str) -> int:
    return main(["check", "--as-of", "2026-11-21", "--project", str(project), *arguments])


def test_a_clean_stack_is_exit_0(compliant: Path, capsys: Captured) -> None:
    assert check(compliant) == 0
    assert "prod: nothing found" in capsys.readouterr().out


def test_a_finding_is_exit_1_with_its_place(broken: Path, capsys: Captured) -> None:
    assert check(broken) == 1
    assert "stacks/prod/streams/payments-audit.yaml:" in capsys.readouterr().out


def test_a_waived_finding_is_exit_0_until_its_day(broken: Path, capsys: Captured) -> None:
    (broken / "stacks" / "waivers.yaml").write_text(FILE)
    assert check(broken) == 0
    assert "1 waived" in capsys.readouterr().out
    assert check(broken, "--as-of", "2026-12-02") == 1
    assert "RLS-POL-002" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
def test_a_report_goes_to_a_file(broken: Path, tmp_path: Path, capsys: Captured, form: str) -> None:
    file = tmp_path / "reports ü" / f"levee {form}.out"
    file.parent.mkdir()
    file.write_text("old")
    assert check(broken, "--format", form, "--output", str(file)) == 1
    assert "RLS-DUR-002" in file.read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_report_that_cannot_be_written_is_exit_2(broken: Path, tmp_path: Path, capsys: Captured) -> None:
    assert check(broken, "--output", str(tmp_path / "nowhere" / "report")) == 2
    assert "can't be written" in capsys.readouterr().err


def test_one_rule_alone_is_judged(broken: Path, capsys: Captured) -> None:
    assert check(broken, "--rule", "RLS-DUR-001", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document["stacks"][0]["rules"]) == {"RLS-DUR-001", "RLS-POL-004"}
    assert check(broken, "--rule", "dur-001", "--rule", "dur-002") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--rule", "RLS-DUR-020"], "did you mean `RLS-DUR-00"),
        (["--rule", "RLS-DEL-002"], "it is judged on: resource"),
        (["stacks/unheard-of"], "is not there"),
        (["/"], "is part of no stack"),
    ],
)
def test_bad_arguments_are_exit_2(compliant: Path, capsys: Captured, arguments: list[str], told: str) -> None:
    assert check(compliant, *arguments) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--format", "xml"], ["--as-of", "tomorrow"], ["--as-of", "2026-02-30"]])
def test_bad_options_are_exit_2(compliant: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        check(compliant, *arguments)
    assert ended.value.code == 2


def test_files_that_cannot_be_read_are_exit_2_all_stacks_told(compliant: Path, capsys: Captured) -> None:
    for name in ("one", "two"):
        folder = compliant / "stacks" / name
        folder.mkdir()
        (folder / "stack.yaml").write_text("target: kafka\n")
    assert check(compliant) == 2
    told = capsys.readouterr().err
    assert "stacks/one/stack.yaml" in told
    assert "stacks/two/stack.yaml" in told


def test_what_nothing_reads_is_exit_2_beside_everything_else(compliant: Path, capsys: Captured) -> None:
    (compliant / "stacks" / "waivers.yml").touch()
    (compliant / "stacks" / "Dev").mkdir()
    (compliant / "stacks" / "prod" / "stream").mkdir()
    assert main(["check", "--project", str(compliant)]) == 2
    told = capsys.readouterr().err
    assert all(f"stacks/{name}" in told for name in ("waivers.yml", "Dev", "prod/stream"))


def test_no_stack_but_one_that_nobody_would_check_is_exit_2(compliant: Path, capsys: Captured) -> None:
    (compliant / "stacks" / "prod").rename(compliant / "stacks" / "Prod")
    assert main(["check", "--project", str(compliant)]) == 2
    assert "rename the folder" in capsys.readouterr().err


def test_a_broken_waiver_file_is_exit_2(broken: Path, capsys: Captured) -> None:
    (broken / "stacks" / "waivers.yaml").write_text(FILE.replace("RLS-DUR-002", "RLS-DUR-999"))
    assert check(broken) == 2
    assert "there is no rule RLS-DUR-999" in capsys.readouterr().err


@pytest.mark.parametrize(
    "path",
    [
        "stacks",
        "stacks/prod",
        "stacks/prod/stack.yaml",
        "stacks/prod/streams/payments-audit.yaml",
        "stacks/classes.yaml",
    ],
)
def test_a_path_says_which_stacks(broken: Path, path: str) -> None:
    write(COMPLIANT, broken / "other")
    (broken / "other" / "stacks" / "prod").rename(broken / "stacks" / "second")
    move_elsewhere(broken / "stacks" / "second" / "stack.yaml")
    assert check(broken, str(broken / path)) == 1
    assert check(broken, str(broken / "stacks" / "second")) == 0


def test_checking_imports_neither_pulumi_nor_a_client_and_opens_no_socket(broken: Path) -> None:
    code = (
        "import sys, socket; "
        "socket.socket = lambda *a, **k: sys.exit('a socket'); "
        "from levee_infra.cli.main import main; "
        f"code = main(['check', '--project', {str(broken)!r}]); "
        "heavy = {'pulumi', 'pulumi_policy', 'grpc', 'boto3', 'confluent_kafka', 'kafka', 'lark', 're2'}; "
        "print(code, sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert ended.stderr.strip() == "1 []"


def test_explain_lists_every_rule(capsys: Captured) -> None:
    assert main(["explain"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [rule.id for rule in RULES]


def test_explain_prints_a_page(capsys: Captured) -> None:
    assert main(["explain", "dur-002"]) == 0
    page = capsys.readouterr().out
    assert all(section in page for section in ("## What", "## Why", "## Fails", "## Passes", "## Fix", "## Control"))


def test_explain_an_unknown_rule_is_exit_2(capsys: Captured) -> None:
    assert main(["explain", "RLS-DUR-0002"]) == 2
    assert "did you mean `RLS-DUR-002`?" in capsys.readouterr().err
