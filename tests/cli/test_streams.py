"""Standard streams that are closed, full, left by their reader, or can't spell what is said."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from levee_infra.cli.main import main
from tests.policies.test_waivers import BROKEN
from tests.support.levee_process import levee, shell
from tests.support.rule_cases import Case, write

DAY = "--as-of=2026-11-21"
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}


@pytest.fixture
def compliant(tmp_path: Path) -> Path:
    return write(Case("none", "compliant", fails=False, text=""), tmp_path / "compliant")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return write(BROKEN, tmp_path / "broken ü")


@pytest.mark.parametrize("into", [">&-", "> /dev/full"])
def test_lost_output_is_no_success_and_hides_no_finding(into: str, broken: Path, compliant: Path) -> None:
    clean = shell(f'levee check {DAY} --project "$1" {into}', str(compliant))
    assert (clean.returncode, "standard output can't be written" in clean.stderr) == (2, True)
    assert shell(f'levee check {DAY} --project "$1" {into}', str(broken)).returncode == 1
    assert shell(f"levee --version {into}").returncode == 2
    assert shell(f'levee plan prod --json --project "$1" {into}', str(compliant)).returncode == 2


@pytest.mark.parametrize("into", ["2>&-", "2> /dev/full", "2>&- <&-"])
def test_without_standard_error_the_exit_code_says_it(into: str, broken: Path, compliant: Path) -> None:
    assert shell(f'levee check {DAY} --project "$1" {into}', str(compliant)).returncode == 0
    assert shell(f'levee check {DAY} --project "$1" {into}', str(broken)).returncode == 1
    assert shell(f"levee check nowhere {into}").returncode == 2
    assert shell(f"levee nonsense {into}").returncode == 2


def test_a_closed_stream_is_no_file(broken: Path, tmp_path: Path) -> None:
    """What is opened next takes a closed descriptor's number: the report must hold the report, and nothing else."""
    report = tmp_path / "report.json"
    script = f'levee check {DAY} --project "$1" --format json --output "$2" <&- >&- 2>&-'
    assert shell(script, str(broken), str(report)).returncode == 1
    assert json.loads(report.read_text())["stacks"][0]["stack"] == "prod"


def test_findings_keep_their_exit_code_when_the_reader_leaves(broken: Path, compliant: Path) -> None:
    script = f'set -o pipefail; levee check {DAY} --project "$1" --format json | head -c 1 > /dev/null'
    assert shell(script, str(broken)).returncode == 1
    assert shell(script, str(compliant)).returncode == 0
    gone = f'set -o pipefail; {{ sleep 2; levee check {DAY} --project "$1"; }} | true'
    assert shell(gone, str(broken)).returncode == 1
    assert shell(gone, str(compliant)).returncode == 0


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
def test_a_terminal_that_knows_ascii_only(form: str, broken: Path) -> None:
    file = broken / "stacks/prod/streams/payments-audit.yaml"
    file.write_text(file.read_text().replace("min_insync: 1", "min_insync: 1  # größer → später"))
    ended = levee("check", DAY, "--project", str(broken), "--format", form, env=ASCII)
    assert (ended.returncode, ended.stdout.isascii()) == (1, True)
    assert "RLS-DUR-002" in ended.stdout
    if form in {"json", "sarif"}:
        json.loads(ended.stdout)
    if form == "junit":
        ET.fromstring(ended.stdout.split("\n", 1)[1])


@pytest.mark.parametrize("arguments", [("explain",), ("explain", "dur-002"), ("--help",), ("guardrails", "--help")])
def test_help_and_pages_on_a_terminal_that_knows_ascii_only(arguments: tuple[str, ...]) -> None:
    assert levee(*arguments, env=ASCII).returncode == 0


def test_an_argument_with_a_nul_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "a\0b"]) == 2
    assert "NUL" in capsys.readouterr().err


def test_what_is_not_utf_8_is_told_as_escapes(compliant: Path) -> None:
    for arguments in ([b"check", b"\xff\xfe"], [b"plan", b"\xff"], [b"check", b"--output", b"\xff/\xff"], [b"\xff"]):
        ended = levee(*arguments, b"--project", bytes(compliant))
        assert ended.returncode == 2
        assert ended.stderr.isascii()


def test_arguments_do_not_act_on_the_terminal(compliant: Path) -> None:
    for arguments in (["check"], ["plan"], ["explain"], ["guard"], ["up"], []):
        ended = levee(*arguments, "\x1b[31m\u202e", "--project", str(compliant))
        assert ended.returncode == 2
        assert not {"\x1b", "\u202e"} & set(ended.stderr + ended.stdout)
