"""The AWS API beside the local brokers: a real moto server."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session
from botocore.config import Config

from levee_infra.local import aws_server, process
from levee_infra.local.aws_server import AwsServerSettings
from levee_infra.local.failure import LocalClusterError
from levee_infra.local.settings import ClusterSettings
from tests.local.test_cli import run
from tests.support.cluster import session_base_port

BASE_PORT = session_base_port(300)


def settings_in(folder: Path) -> AwsServerSettings:
    return AwsServerSettings.beside(ClusterSettings(folder, base_port=BASE_PORT))


def signed_in(settings: AwsServerSettings, service: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client that has its credentials from the file, as a user would let it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(settings.credentials_file))
    config = Config(retries={"total_max_attempts": 1})
    return Session(region_name="eu-west-1").client(service, endpoint_url=settings.endpoint, config=config)  # type: ignore[call-overload]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsServerSettings]:
    """A running server. Whoever ends it starts it again."""
    settings = settings_in(tmp_path_factory.mktemp("local"))
    aws_server.up(settings, print)
    try:
        yield settings
    finally:
        aws_server.down(settings, print)


def test_it_answers_for_one_account_to_whoever_has_its_file(
    server: AwsServerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = signed_in(server, "sts", monkeypatch).get_caller_identity()

    assert caller["Account"] == aws_server.ACCOUNT == aws_server.status(server).account
    assert server.endpoint == f"http://127.0.0.1:{BASE_PORT + 30}"
    assert (mode(server.directory), mode(server.credentials_file), mode(server.log)) == (0o700, 0o600, 0o600)


def test_nobody_but_this_machine_reaches_it(server: AwsServerSettings) -> None:
    with socket.socket() as client, pytest.raises(ConnectionRefusedError):
        client.connect(("127.0.0.2", server.port))  # would be let in if it listened on all addresses


def test_started_twice_it_is_the_same(server: AwsServerSettings) -> None:
    before, keys, lines = aws_server.status(server), server.credentials_file.read_text(), []  # type: ignore[var-annotated]

    assert aws_server.up(server, lines.append) == before
    assert lines == [f"already running: the AWS API at {server.endpoint}; nothing changed"]
    assert server.credentials_file.read_text() == keys


def test_status_knows_the_port_it_runs_on_and_up_refuses_another(server: AwsServerSettings) -> None:
    elsewhere = AwsServerSettings(server.directory, server.port + 1)

    assert aws_server.status(elsewhere).endpoint == server.endpoint
    with pytest.raises(LocalClusterError, match=f"runs at {server.endpoint}, not {elsewhere.endpoint}"):
        aws_server.up(elsewhere, print)


def test_the_command_line_shows_it(server: AwsServerSettings, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("status", "--directory", str(server.directory.parent))
    assert run(*words, "--json") == 0
    assert json.loads(capsys.readouterr().out)["aws"] == {
        "state": "running",
        "endpoint": server.endpoint,
        "account": "123456789012",
        "pid": aws_server.status(server).pid,
        "credentials_file": str(server.credentials_file),
        "keeps": "nothing once it is stopped",
    }
    assert run(*words) == 0
    assert f"{server.endpoint}  account 123456789012" in capsys.readouterr().out


def test_killed_and_started_again_it_has_forgotten_all(
    server: AwsServerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(server, "secretsmanager", monkeypatch)
    client.create_secret(Name="a", SecretString="{}")
    pid, keys = aws_server.status(server).pid, server.credentials_file.read_text()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    process.stop([server.directory], grace_s=5)

    assert aws_server.status(server).state == "stopped"
    assert aws_server.up(server, print).pid not in (None, pid)
    assert client.list_secrets()["SecretList"] == []
    assert server.credentials_file.read_text() == keys


def test_down_ends_it_and_keeps_its_credentials(server: AwsServerSettings) -> None:
    other = settings_in(server.directory / "other")
    aws_server.down(other, print)
    assert aws_server.status(server).state == "running"

    aws_server.down(server, print)

    assert aws_server.status(server).state == "stopped"
    assert server.credentials_file.exists()


def test_delete_data_removes_its_files_and_no_other(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.directory.mkdir()
    for path in (settings.credentials_file, settings.log, settings.directory / "thesis.txt"):
        path.write_text("")

    aws_server.down(settings, print, delete_data=True)

    assert sorted(path.name for path in settings.directory.iterdir()) == ["lock", "thesis.txt"]


def test_down_where_nothing_ever_was_makes_nothing(tmp_path: Path) -> None:
    aws_server.down(settings_in(tmp_path / "never"), print)

    assert not (tmp_path / "never").exists()


def test_a_port_in_use_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("levee_infra.local.ports.PATIENCE_S", 0)
    settings = AwsServerSettings(tmp_path, session_base_port(340))
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", settings.port))
        holder.listen()
        with pytest.raises(LocalClusterError, match=f"port {settings.port} of 127.0.0.1, the AWS API's, is in use"):
            aws_server.up(settings, print)
    assert not settings.credentials_file.exists()


def test_without_moto_nothing_is_started_and_the_way_to_get_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws_server, "NEEDS", ("moto", "a_package_that_is_not_there"))

    with pytest.raises(LocalClusterError, match="a_package_that_is_not_there") as refused:
        run("up", "--aws", "--directory", str(tmp_path), "--base-port", str(BASE_PORT + 50))
    assert "levee[local]" in refused.value.help
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_ends_at_once_is_reported_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    broken.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(broken))
    settings = AwsServerSettings(tmp_path / "aws", session_base_port(341))

    with pytest.raises(LocalClusterError, match="ended while it started") as failed:
        aws_server.up(settings, print)
    assert str(settings.log) in failed.value.help
    assert settings.log.read_text() == "no\n"


def test_a_port_that_cannot_be_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(LocalClusterError) as refused:
        AwsServerSettings(tmp_path, 65536)
    assert refused.value.exit_code == 2


def test_an_application_logs_in_its_account_from_the_start(
    server: AwsServerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws_server.up(server, print)
    found = signed_in(server, "logs", monkeypatch).describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in found] == [aws_server.LOG_GROUP]
