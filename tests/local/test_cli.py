"""`levee local` as typed."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from levee_infra.cli import local
from levee_infra.local.settings import ClusterSettings
from tests.local.test_refusals import made
from tests.support.local_project import LocalProject


def run(*words: str) -> int:
    parser = argparse.ArgumentParser(prog="levee")
    local.register(parser.add_subparsers())
    arguments = parser.parse_args(["local", *words])
    code: int = arguments.run(arguments)
    return code


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--help")
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert "levee local down --delete-data" in text
    assert "Java 17" in text
    assert "SCRAM-SHA-512" in text


@pytest.mark.parametrize("words", [(), ("start",), ("up", "--base-port", "many"), ("status", "--base-port", "1")])
def test_bad_usage_exits_2(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*words)
    assert ended.value.code == 2


def test_status_of_nothing_is_json_on_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("status", "--json", "--directory", str(tmp_path)) == 0

    values = json.loads(capsys.readouterr().out)
    assert values["state"] == "stopped"
    assert values["bootstrap"] == "127.0.0.1:19092,127.0.0.1:19102,127.0.0.1:19112"


def test_status_tells_the_ports_that_the_cluster_was_made_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = made(tmp_path)

    assert run("status", "--directory", str(tmp_path)) == 0

    assert settings.bootstrap != ClusterSettings(tmp_path).bootstrap
    assert settings.bootstrap in capsys.readouterr().out


def test_the_default_folder_belongs_to_the_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stacks").mkdir()

    assert run("status", "--json", "--project", str(tmp_path)) == 0
    assert json.loads(capsys.readouterr().out)["directory"] == str(tmp_path / ".levee" / "local")


def test_down_works_on_a_broken_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(tmp_path)
    (tmp_path / "cluster.json").write_text("{")

    assert run("down", "--delete-data", "--directory", str(tmp_path)) == 0
    assert not (tmp_path / "brokers").exists()
    assert "nothing runs" in capsys.readouterr().err


def test_what_the_stacks_on_it_left_goes_with_the_data_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    project = LocalProject(tmp_path)
    project.deploy("local")
    before = project.left()

    assert run("down", "--project", str(tmp_path)) == 0
    assert project.left() == before
    for _ in range(2):
        assert run("down", "--delete-data", "--project", str(tmp_path)) == 0
        assert project.left() == set()
    assert capsys.readouterr().err.count("removed the states of the stacks on it") == 1


def test_another_cluster_takes_nothing_of_the_projects_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    project = LocalProject(tmp_path)
    project.deploy("local")
    before = project.left()
    other = made(tmp_path / "other").directory

    assert run("down", "--delete-data", "--project", str(tmp_path), "--directory", str(other)) == 0
    assert project.left() >= before
    assert not (other / "brokers").exists()


def test_a_cluster_outside_any_project_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made(tmp_path / "other")
    assert run("down", "--delete-data", "--directory", "other") == 0
    assert not (tmp_path / "other" / "brokers").exists()
