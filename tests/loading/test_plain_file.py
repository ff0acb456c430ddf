"""Whatever stands where a file should be is refused in words: at once, without its content, and without waiting."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from levee.diagnostics import LeveeError
from levee.loading.plain_file import KIB, UnreadableError, read_plain, read_plain_text
from levee.loading.waivers import load_waivers
from levee_infra.deployed.holder import holder
from levee_infra.deployed.preview import from_preview
from levee_infra.deployed.under_way import deployed_before
from levee_infra.kafka.connection import admin_connection, provider_connection
from levee_infra.local.record import read_record
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.targets.aws.api import _credentials
from levee_infra.verify.client_file import read_login
from levee_infra.verify.login import UnusableLogin
from tests.support.stack_files import StackFiles

SECRET = "hunter2-" + "horse"


def a_socket(path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.close()


def torn(path: Path) -> None:
    path.write_bytes(f"-----BEGIN CERTIFICATE-----\n{SECRET}\n".encode() + b"\xff\xfe\x00[default")


def endless(path: Path) -> None:
    with path.open("wb") as file:
        file.write(SECRET.encode())
        file.truncate(2**40)


STRANGE: dict[str, Callable[[Path], object]] = {
    "a named pipe": os.mkfifo,
    "a folder": os.mkdir,
    "a socket": a_socket,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "to nothing": lambda path: path.symlink_to(path.parent / "nowhere"),
    "leads to no file": lambda path: path.symlink_to(path),
    "larger than": endless,
    "not UTF-8 text": torn,
}


@pytest.fixture(params=STRANGE)
def strange(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A path with something strange at it, and a word of what is said of it."""
    path = tmp_path / "f"
    STRANGE[request.param](path)
    return path, request.param


def put(strange: tuple[Path, str], path: Path) -> str:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if strange[1] == "leads to no file":
        path.symlink_to(path)
    elif strange[0].is_symlink():
        path.symlink_to(strange[0].readlink())
    else:
        strange[0].rename(path)
    return strange[1]


def test_the_reader(strange: tuple[Path, str]) -> None:
    path, word = strange
    with pytest.raises(UnreadableError) as refused:
        read_plain_text(path, KIB)
    assert word in refused.value.message
    assert refused.value.hint
    assert SECRET not in repr(refused.value)


def test_a_link_to_a_file_is_followed_only_where_that_is_meant(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    assert read_plain(tmp_path / "link", KIB) == b"x"
    with pytest.raises(UnreadableError, match="symbolic link"):
        read_plain(tmp_path / "link", KIB, follow=False)


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="name"):
        read_plain(tmp_path / "a\0b", KIB)


@pytest.mark.parametrize("file", ["certs/ca.pem", "secrets/admin.password"])
def test_certificates_and_passwords(strange: tuple[Path, str], tmp_path: Path, file: str) -> None:
    files = StackFiles(tmp_path / "project")
    for each in ("certs/ca.pem", "secrets/admin.password"):
        (files.project / each).parent.mkdir()
        (files.project / each).write_text("-----BEGIN CERTIFICATE-----\n")
        (files.project / each).chmod(0o600)
    word = put(strange, files.project / file)
    with pytest.raises(LeveeError) as refused:
        admin_connection(files.load().cluster, files.project)
    assert (word in refused.value.message, refused.value.exit_code) == (True, 2)
    assert SECRET not in f"{refused.value!r} {refused.value.__cause__!r} {refused.value.help}"


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    files = StackFiles(tmp_path)
    for each in ("certs/ca.pem", "secrets/admin.password"):
        (files.project / each).parent.mkdir()
        (files.project / each).write_text(f"-----BEGIN CERTIFICATE-----\n{SECRET}\n-----END CERTIFICATE-----\n")
        (files.project / each).chmod(0o600)
    assert provider_connection(files.load().cluster, files.project)
    with pytest.raises(LeveeError, match="holds no certificate") as refused:
        admin_connection(files.load().cluster, files.project)
    assert (refused.value.exit_code, SECRET in str(refused.value)) == (2, False)


def test_previews(strange: tuple[Path, str], tmp_path: Path) -> None:
    with pytest.raises(LeveeError) as refused:
        from_preview(strange[0], "test")
    assert (strange[1] in refused.value.message, refused.value.exit_code) == (True, 2)
    assert SECRET not in f"{refused.value} {refused.value.__cause__!r}"


def test_waivers(strange: tuple[Path, str], tmp_path: Path) -> None:
    files = StackFiles(tmp_path / "project")
    put(strange, files.project / "stacks" / "waivers.yaml")
    with pytest.raises(LeveeError) as refused:
        load_waivers(files.project, frozenset())
    assert refused.value.exit_code == 2
    assert SECRET not in f"{refused.value!r} {getattr(refused.value, 'diagnostics', '')}"


def test_aws_credentials(strange: tuple[Path, str]) -> None:
    with pytest.raises(FailedError) as refused:
        _credentials(str(strange[0]))
    assert strange[1] in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        f"{SECRET}\n",
        f"[default\n{SECRET}",
        f"[default]\n{SECRET}\n",
        f"[default]\naws_secret_access_key = {SECRET}\n",
        f"[default]\n[default]\naws_secret_access_key = {SECRET}\n",
        f"[default]\naws_access_key_id = x\n y\naws_secret_access_key = {SECRET}\n {SECRET}\n",
    ],
)
def test_aws_credentials_that_are_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "credentials"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(FailedError, match="holds no AWS credentials") as refused:
        _credentials(str(file))
    assert SECRET not in f"{refused.value} {refused.value.__cause__!r}"


def test_client_settings(strange: tuple[Path, str], tmp_path: Path) -> None:
    folder = tmp_path / "store"
    put(strange, folder / "user.g1.properties")
    with pytest.raises((UnusableLogin, RefusedError)) as refused:
        read_login(folder, "user.g1")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(("name", "read"), [("under-way.json", deployed_before), ("cluster.json", read_record)])
def test_states_and_records(
    strange: tuple[Path, str], tmp_path: Path, name: str, read: Callable[[Path], object]
) -> None:
    put(strange, tmp_path / "project" / name)
    with pytest.raises(LeveeError) as refused:
        read(tmp_path / "project")
    assert SECRET not in str(refused.value)


def test_a_checkpoint_of_pulumi_is_not_quoted(tmp_path: Path) -> None:
    file = tmp_path / ".levee" / "pulumi" / ".pulumi" / "stacks" / "levee" / "test.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(SECRET.encode() + b"\xff")
    with pytest.raises(LeveeError) as refused:
        holder(tmp_path, "test")
    assert (refused.value.exit_code, SECRET in str(refused.value)) == (2, False)
