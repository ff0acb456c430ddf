"""How commands end: exit codes, where the words go, and never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from levee_infra.cli.main import main
from tests.support.stack_files import StackFiles

COMMANDS = ("plan", "guard", "up", "preview", "destroy", "verify", "status", "local", "env")


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path).comply()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 5


def test_a_command_line_that_makes_no_sense_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["plam", "local"])
    assert ended.value.code == 2
    assert "plam" in capsys.readouterr().err


def test_a_plan_goes_to_stdout(files: StackFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "test", "--project", str(files.project)]) == 0
    assert "eu.orders.audit.v1" in capsys.readouterr().out


def test_wrong_files_are_exit_2_with_every_error_and_its_place(
    files: StackFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.edit(files.orders, "partitions: 3", "partitions: three")
    files.edit(files.stack, "region: eu-west-1", "regoin: eu-west-1")
    assert main(["plan", "test", "--project", str(files.project)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "orders.yaml:5:13" in captured.err
    assert "regoin" in captured.err
    assert "nothing was changed" in captured.err


def test_a_stack_that_does_not_exist_is_exit_2(files: StackFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "tset", "--project", str(files.project)]) == 2
    assert "test" in capsys.readouterr().err


def test_a_folder_without_stacks_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "test", "--project", str(tmp_path)]) == 2
    assert "--project" in capsys.readouterr().err


def test_the_project_is_found_from_below(
    files: StackFiles, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(files.folder / "streams")
    assert main(["plan", "test"]) == 0
    assert capsys.readouterr().out


def test_an_engine_that_is_not_installed_is_exit_2(
    files: StackFiles, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    arguments = ["preview", "test", "--engine", "pulumi", "--project", str(files.project)]
    assert main(arguments) == 2
    assert "install the Pulumi CLI" in capsys.readouterr().err


def test_a_cluster_whose_authority_is_missing_is_told_which_file(
    files: StackFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["preview", "test", "--engine", "embedded", "--project", str(files.project)]) == 2
    assert "certs/ca.pem" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error(files: StackFiles) -> None:
    command = [sys.executable, "-m", "levee_infra.cli.main", "plan", "test", "--json", "--project", str(files.project)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(30)


def test_planning_imports_neither_pulumi_nor_a_kafka_client(files: StackFiles) -> None:
    """`plan` is for every keystroke of a reviewer: heavy imports are for commands that need them."""
    code = (
        "import sys; from levee_infra.cli.main import main; "
        f"main(['plan', 'test', '--project', {str(files.project)!r}]); "
        "print(sorted({'pulumi', 'grpc', 'boto3', 'confluent_kafka', 'kafka'} & sys.modules.keys()), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("reference", "says"),
    [("password_file: secrets/admin.password", "secrets/admin.password"), ("password_env: NO_SUCH", "NO_SUCH")],
)
def test_an_administrators_password_that_is_missing_is_told_by_its_reference(
    files: StackFiles, capsys: pytest.CaptureFixture[str], reference: str, says: str
) -> None:
    files.edit(files.stack, "      password_file: secrets/admin.password\n", f"      {reference}\n")
    (files.project / "certs").mkdir()
    (files.project / "certs" / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    assert main(["preview", "test", "--engine", "embedded", "--project", str(files.project)]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "shared",
    [
        ("conventions.yaml", "topics: <domain>.<foo>\n"),
        ("sites.yaml", "sites: {home: {country: xx}}\n"),
        ("waivers.yaml", "waivers: 3\n"),
        ("notes.txt", "a note\n"),
    ],
)
def test_a_plan_refuses_what_a_check_does_and_tells_all(
    files: StackFiles, shared: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (files.project / "stacks" / shared[0]).write_text(shared[1])
    (files.project / "stacks" / "strange.txt").write_text("x")
    files.edit(files.orders, "partitions: 3", "partitions: three")
    for command in (["plan", "test"], ["check"]):
        assert main([*command, "--project", str(files.project)]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert all(f"/{file}:" in shown.err for file in (shared[0], "strange.txt", "orders.yaml"))


@pytest.mark.parametrize("name", ["stacks/test", "stacks/test/", "./stacks/test", "stacks/tst"])
def test_a_folder_named_for_its_stack_is_told_the_name(
    files: StackFiles, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    StackFiles(files.project, "test-stacks")
    assert main(["plan", name, "--project", str(files.project)]) == 2
    assert "did you mean `test`?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv", [["init", ""], ["plan", ""], ["plan", "test", "--project="], ["check", "--output", ""]]
)
def test_an_empty_argument_is_refused(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert "an argument is empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "usage"),
    [
        (["destroy", "local", "--jso"], "levee destroy"),
        (["plan", "local", "--jsn"], "levee plan"),
        (["state", "export", "local", "--x"], "levee state export"),
        (["--x"], "levee"),
    ],
)
def test_an_unknown_option_shows_the_usage_of_its_command(
    argv: list[str], usage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(argv)
    assert capsys.readouterr().err.startswith(f"usage: {usage} [")


@pytest.mark.parametrize(
    ("name", "near"),
    [("ORG-OWN-001", None), ("ACME-CON-001", None), ("RSL-DUR-002", "RLS-DUR-002"), ("RLS-DUR-0002", "RLS-DUR-002")],
)
def test_a_rule_of_others_is_not_taken_for_levees(
    name: str, near: str | None, capsys: pytest.CaptureFixture[str], files: StackFiles
) -> None:
    assert main(["explain", name, "--project", str(files.project)]) == 2
    assert (f"did you mean `{near}`?" if near else "lists the rules") in capsys.readouterr().err


@pytest.mark.parametrize("below", ["", "/further"])
def test_a_project_is_not_begun_behind_a_link_to_nothing(
    tmp_path: Path, below: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert main(["init", f"{tmp_path}/link{below}"]) == 2
    assert "link: is a symbolic link to nothing; nothing was written" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["up", "--yes"], ["preview"], ["destroy", "--yes"], ["verify"], ["drift"]])
def test_a_target_that_is_not_provisioned_is_told_before_anything_else(
    files: StackFiles, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    files.on_ibm()
    assert main([command[0], "test", *command[1:], "--project", str(files.project)]) == 2
    assert "this version of levee provisions no ibm targets yet" in capsys.readouterr().err
