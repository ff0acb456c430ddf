"""`--output`: never over an input, a link, a device or a folder; whole or not there; what was there never survives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from levee.diagnostics import LeveeError
from levee_infra.cli.main import main
from levee_infra.cli.whole_file import OutputFile
from tests.policies.test_waivers import BROKEN, FILE
from tests.support.changing import commit, preview, write_preview
from tests.support.levee_process import LEVEE, levee
from tests.support.rule_cases import write

DAY = "--as-of=2026-11-21"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(BROKEN, tmp_path / "project")


def check(project: Path, output: Path, *arguments: str) -> int:
    return main(["check", DAY, "--project", str(project), "--output", str(output), *arguments])


def everything(folder: Path) -> dict[str, bytes | None]:
    """Every file below the folder, with its bytes; other things by their name."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() and not path.is_symlink() else None
        for path in folder.rglob("*")
        if ".git/" not in str(path)
    }


@pytest.mark.parametrize(
    "name",
    [
        "stacks/prod/streams/payments-audit.yaml",
        "stacks/prod/stack.yaml",
        "stacks/prod/../prod/stack.yaml",
        "stacks/classes.yaml",
        "stacks/waivers.yaml",
        "stacks/prod/report.json",
        "stacks/report",
        "Pulumi.yaml",
        "Pulumi.prod.yml",
        "link/prod/stack",
        ".levee/state",
        ".git/config",
        ".git",
    ],
)
@pytest.mark.parametrize("command", ["check", "guard"])
def test_an_input_is_never_replaced(project: Path, name: str, command: str, capsys: Captured) -> None:
    (project / "stacks/waivers.yaml").write_text(FILE)
    (project / "Pulumi.yaml").write_text("name: levee\n")
    (project / "link").symlink_to(project / "stacks")
    commit(project)
    before = everything(project)
    arguments = ["guard", "prod", "--against", "git", "HEAD"] if command == "guard" else ["check"]
    assert main([*arguments, DAY, "--project", str(project), "--output", str(project / name)]) == 2
    assert everything(project) == before
    assert "error: " in capsys.readouterr().err


def test_the_preview_that_is_compared_with_is_never_replaced(project: Path, tmp_path: Path) -> None:
    file, link = tmp_path / "preview.json", tmp_path / "also.json"
    write_preview(file, preview())
    link.symlink_to(file)
    before = everything(tmp_path)
    for against, output in ((file, file), (link, file), (file, tmp_path / "project" / ".." / "preview.json")):
        arguments = ["guard", "prod", DAY, "--project", str(project), "--against", "preview", str(against)]
        assert main([*arguments, "--output", str(output)]) == 2
        assert everything(tmp_path) == before


@pytest.mark.parametrize("kind", ["folder", "pipe", "link", "dangling", "loop", "device", "socket"])
def test_what_is_no_plain_file_is_left_alone(project: Path, tmp_path: Path, kind: str, capsys: Captured) -> None:
    output = tmp_path / "report"
    match kind:
        case "folder":
            output.mkdir()
        case "pipe":
            os.mkfifo(output)
        case "link":
            (tmp_path / "other").write_text("mine")
            output.symlink_to(tmp_path / "other")
        case "dangling":
            output.symlink_to(tmp_path / "gone")
        case "loop":
            output.symlink_to(output)
        case "device":
            output = Path("/dev/null")
        case "socket":
            import socket

            with socket.socket(socket.AF_UNIX) as made:
                made.bind(str(output))
    before = everything(tmp_path)
    assert check(project, output) == 2
    assert everything(tmp_path) == before
    assert "can't be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["x" * 300, f"{'y' * 300}/report", "loop/report", "file/report", "gone/report", "..", "."]
)
def test_a_place_that_can_not_be_is_exit_2(project: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("mine")
    before = everything(tmp_path)
    assert check(project, tmp_path / name) == 2
    assert everything(tmp_path) == before


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
@pytest.mark.parametrize(
    "breakage",
    ["stack file", "waivers", "no project", "no stack", "unknown path", "unknown rule"],
)
def test_every_format_has_its_report_when_something_can_not_be_read(
    project: Path, tmp_path: Path, form: str, breakage: str, capsys: Captured
) -> None:
    output, arguments = tmp_path / "report", ["--format", form]
    output.write_text("yesterday's")
    says = "stacks/prod/stack.yaml"
    match breakage:
        case "stack file":
            (project / "stacks/prod/stack.yaml").write_text("target: [\n")
        case "waivers":
            (project / "stacks/waivers.yaml").write_text("waivers: nonsense\n")
            says = "stacks/waivers.yaml"
        case "no project":
            project, says = tmp_path, "no stacks/ folder"
        case "no stack":
            (project / "stacks/prod/stack.yaml").unlink()
            says = "declares no stack"
        case "unknown path":
            arguments.append("stacks/nowhere")
            says = "is not there"
        case "unknown rule":
            arguments += ["--rule", "RLS-XXX-000"]
            says = "there is no rule"
    assert check(project, output, *arguments) == 2
    assert says in output.read_text()
    assert "yesterday" not in output.read_text()
    assert says in capsys.readouterr().err


def test_what_can_be_judged_is_judged_beside_what_can_not(project: Path, tmp_path: Path) -> None:
    (project / "stacks" / "bad").mkdir()
    (project / "stacks/bad/stack.yaml").write_text(
        "target: kafka\naccount: local\nregion: eu-west-1\ncluster: {id: another}\n"
        "secrets: {store: file, directory: another}\n"
    )
    assert check(project, tmp_path / "report", "--format", "json") == 2
    document = json.loads((tmp_path / "report").read_text())
    assert [each["rule"] for each in document["stacks"][0]["findings"]] == ["RLS-DUR-002"]
    assert {each["location"]["file"] for each in document["errors"]} == {"stacks/bad/stack.yaml"}


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
@pytest.mark.parametrize("against", [["state"], ["git", "nowhere"], ["preview", "gone.json"], ["nonsense"]])
def test_guard_reports_what_it_can_not_compare_with(
    project: Path, tmp_path: Path, form: str, against: list[str]
) -> None:
    if against == ["state"]:
        (project / "stacks/prod/stack.yaml").write_text("target: [\n")
    output = tmp_path / "report"
    output.write_text("yesterday's")
    arguments = ["guard", "prod", "--project", str(project), "--format", form, "--output", str(output)]
    assert main([*arguments, "--against", *against]) == 2
    assert output.read_text()
    assert "yesterday" not in output.read_text()


def test_a_fault_of_levees_own_is_a_report_too(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def breaks(*_: object) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr("levee.loading.load.build_plan", breaks)
    assert check(project, tmp_path / "report", "--format", "json") == 2
    (error,) = json.loads((tmp_path / "report").read_text())["errors"]
    assert error["message"].startswith("a fault in levee: KeyError; please report it")
    assert "a secret" not in (tmp_path / "report").read_text() + capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_neither_report_nor_temporary_file(
    project: Path, tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "report").write_text("yesterday's")
    for key in range(300):
        text = (project / "stacks/prod/streams/payments-events.yaml").read_text()
        (project / f"stacks/prod/streams/s{key}.yaml").write_text(text.replace(".events.", f".e{key}."))
    command = [*LEVEE, "check", DAY, "--project", str(project), "--output", str(folder / "report")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while (folder / "report").exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        _, said = process.communicate()
    assert "Traceback" not in said
    assert process.returncode in {-number, 130, 143, 1, 2}
    if process.returncode in {-number, 130, 143}:
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("nameless", [True, False])
def test_a_file_is_whole_readable_and_alone(tmp_path: Path, nameless: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE")
    output = OutputFile.claim(tmp_path / "report", None)
    assert list(tmp_path.iterdir()) == []
    output.write("ü\udcff\n" * 100_000)
    assert list(tmp_path.iterdir()) == [tmp_path / "report"]
    assert (tmp_path / "report").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "report").read_text(encoding="utf-8").count("\n") == 100_000
    output.write("again")
    assert (tmp_path / "report").read_text() == "again"


@pytest.mark.parametrize("nameless", [True, False])
def test_what_takes_the_name_meanwhile_is_not_replaced_unless_it_is_a_plain_file(
    tmp_path: Path, nameless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE")
    output = OutputFile.claim(tmp_path / "report", None)
    (tmp_path / "report").symlink_to(tmp_path / "other")
    with pytest.raises(LeveeError, match="a symbolic link"):
        output.write("text")
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("name", ["O_TMPFILE", ""])
def test_a_full_disk_leaves_nothing(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    if not name:
        monkeypatch.delattr(os, "O_TMPFILE")
    output = OutputFile.claim(tmp_path / "report", None)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LeveeError, match="No space left"):
        output.write("text")
    assert list(tmp_path.iterdir()) == []


def test_the_report_goes_where_the_folder_really_is(project: Path, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "link").symlink_to("reports")
    assert check(project, tmp_path / "link" / "report") == 1
    assert (tmp_path / "reports" / "report").is_file()


def test_a_path_of_the_working_folder(project: Path) -> None:
    ended = levee("check", DAY, "--output", "report", cwd=project)
    assert (ended.returncode, (project / "report").is_file(), ended.stdout) == (1, True, "")


@pytest.mark.parametrize(
    "wrong",
    [["--fail-on", "typo"], ["--format", "xml"], ["--as-of", "tomorrow"], ["--colour"], ["--rule"], ["--project"]],
    ids=" ".join,
)
@pytest.mark.parametrize("spelt", [["--output", "{}"], ["--output={}"], ["--outp", "{}"]], ids=" ".join)
@pytest.mark.parametrize("command", [["check"], ["guard", "prod"], ["guard"]], ids=" ".join)
def test_a_command_line_that_is_refused_leaves_no_earlier_report(
    project: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], spelt: list[str], wrong: list[str]
) -> None:
    monkeypatch.chdir(project)
    report = project / "report.sarif"
    report.write_text("nothing found")
    with pytest.raises(SystemExit) as ended:
        main([*command, *(word.format(report) for word in spelt), *wrong])
    assert ended.value.code == 2
    assert report.exists() is (wrong == ["--project"])  # of what project, nobody knows


def test_a_command_line_that_is_refused_removes_no_input(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    write_preview(project / "preview.json", preview())
    (project / "link").symlink_to("preview.json")
    before = everything(project)
    for output in ("preview.json", "link", "stacks/prod/stack.yaml", "stacks", "."):
        with pytest.raises(SystemExit):
            main(["guard", "prod", "--against", "preview", "preview.json", "--output", output, "--typo"])
    with pytest.raises(SystemExit):
        main(["guardrails", "--output", "preview.json", "--typo"])
    with pytest.raises(SystemExit):
        main(["check", "--output"])
    assert everything(project) == before


def test_help_removes_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    (project / "report.sarif").write_text("kept")
    with pytest.raises(SystemExit) as ended:
        main(["check", "--output", "report.sarif", "--help"])
    assert ended.value.code == 0
    assert (project / "report.sarif").exists()
