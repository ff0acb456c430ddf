"""`levee env`: what a shell needs, and what is to be done before `pulumi` works there."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee_infra.cli.main import main
from tests.support.local_project import SALT_LINE, LocalProject


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalProject:
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return LocalProject(tmp_path)


def test_the_first_command_is_said_where_the_stack_is_not_there(
    project: LocalProject, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["env"]) == 0
    said = capsys.readouterr()
    assert "First: pulumi stack init local" in said.err
    assert all(line.startswith("export PULUMI_") for line in said.out.splitlines())
    project.deploy("local", config=None)
    assert main(["env"]) == 0
    assert capsys.readouterr().err == ""


def test_a_lost_passphrase_is_said_with_the_next_step(
    project: LocalProject, capsys: pytest.CaptureFixture[str]
) -> None:
    project.config("local").write_text(SALT_LINE)
    for why in ("is gone", "holds another one"):
        assert main(["env"]) == 0
        said = capsys.readouterr().err
        assert ("error: " in said, why in said, "encryptionsalt" in said) == (True, True, True)


def test_of_another_backend_nothing_is_guessed(
    project: LocalProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state")
    assert main(["env"]) == 0
    said = capsys.readouterr()
    assert "pulumi stack ls" in said.err
    assert "PULUMI_BACKEND_URL" not in said.out


def test_what_a_shell_was_given_is_given_again_once_it_is_gone(
    project: LocalProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["env"]) == 0
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(project.passphrase))
    first = capsys.readouterr().out
    project.passphrase.unlink()
    assert main(["env"]) == 0
    assert project.passphrase.exists()
    assert str(project.passphrase) in first
