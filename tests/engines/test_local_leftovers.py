"""What goes with the local cluster's data: all of its stacks, nothing of any other, no salt without its passphrase."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from levee.diagnostics import LeveeError
from levee_infra.deployed.location import embedded_state
from levee_infra.engines.embedded.lock import hold
from levee_infra.engines.pulumi.environment import additions
from levee_infra.engines.pulumi.local_leftovers import local_leftovers
from levee_infra.engines.pulumi.stack_config import require_passphrase
from tests.support.local_project import PASSPHRASE, SALT_LINE, LocalProject

USERS = "config:\n  mine:colour: red # of the house\n\n# not to be lost\r\n  mine:size: 3"


@pytest.fixture
def project(tmp_path: Path) -> LocalProject:
    return LocalProject(tmp_path)


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A machine on which nobody ever ran `pulumi login`."""
    return {"PULUMI_HOME": str(tmp_path_factory.mktemp("home"))}


def forget(project: LocalProject, environment: Mapping[str, str]) -> list[str]:
    said: list[str] = []
    with local_leftovers(project.folder, project.authority, environment) as remove:
        remove(said.append)
    return said


def test_everything_of_the_stacks_on_it_goes(project: LocalProject, home: dict[str, str]) -> None:
    project.declare("aws-local", target="aws", aws={"endpoint": "http://127.0.0.1:19122"})
    for stack in ("local", "aws-local"):
        project.deploy(stack)
    assert forget(project, home) != []
    assert project.left() == set()
    assert forget(project, home) == []


def test_a_project_that_never_deployed_anything_has_nothing_to_lose(
    project: LocalProject, home: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert forget(project, home) == []
    empty = tmp_path_factory.mktemp("empty")
    with local_leftovers(empty, project.authority, home) as remove:
        remove(pytest.fail)


@pytest.mark.parametrize(
    "change",
    [
        {"bootstrap": ["127.0.0.1:19092", "broker.example.com:9092"]},
        {"bootstrap": ["10.0.0.1:9092"]},
        {"bootstrap": []},
        {"bootstrap": "127.0.0.1:19092"},
        {"security": {"ca_file": "ca.pem"}},
        {"security": {}},
        {"target": "ibm"},
        {"target": "aws"},
        {"target": "aws", "aws": {"endpoint": "https://kafka.eu-west-1.amazonaws.com"}},
        {"target": "aws", "aws": {}},
        {"cluster": None},
    ],
    ids=str,
)
def test_a_stack_that_is_not_surely_on_it_keeps_everything(
    project: LocalProject, home: dict[str, str], change: dict[str, Any]
) -> None:
    project.declare("local", **change)
    project.deploy("local")
    before = project.left()
    said = forget(project, home)
    assert project.left() == before
    assert project.config("local").read_text() == SALT_LINE
    assert ["pulumi.passphrase" in line for line in said] == [True]


@pytest.mark.parametrize("text", ["", "[", "\0", "target: kafka\n" * 2, "a: " + "[" * 5000])
def test_a_stack_whose_file_tells_nothing_keeps_everything(
    project: LocalProject, home: dict[str, str], text: str
) -> None:
    project.deploy("local")
    (project.folder / "stacks" / "local" / "stack.yaml").write_text(text)
    before = project.left()
    forget(project, home)
    assert project.left() == before


def test_the_passphrase_of_another_stack_stays_and_so_do_the_salts(project: LocalProject, home: dict[str, str]) -> None:
    project.declare("prod", bootstrap=["broker.example.com:9092"])
    project.deploy("prod")
    others = project.left()
    project.deploy("local")
    forget(project, home)
    assert project.left() == others | {"stacks/Pulumi.local.yaml"}
    require_passphrase(project.folder, "local", home)
    require_passphrase(project.folder, "prod", home)


def test_a_passphrase_that_nothing_here_was_encrypted_with_stays(project: LocalProject, home: dict[str, str]) -> None:
    project.passphrase.write_text(PASSPHRASE)
    assert forget(project, home) == []
    assert project.passphrase.read_text() == PASSPHRASE


@pytest.mark.parametrize("text", ["[", "stackConfigDir: 3\n", "name: mine\nstackConfigDir: [a]\n", "\0"])
def test_a_project_file_that_does_not_tell_where_salts_are_stops_it(
    project: LocalProject, home: dict[str, str], text: str
) -> None:
    project.deploy("local")
    before = project.left()
    (project.folder / "Pulumi.yaml").write_text(text)
    with pytest.raises(LeveeError) as refused:
        forget(project, home)
    assert refused.value.exit_code == 2
    assert project.left() - {".levee/state/local/lock"} == before


def test_salts_are_found_where_the_project_file_says(project: LocalProject, home: dict[str, str]) -> None:
    for line, folder in (("", "."), ("config: kept\n", "kept"), ("config: {a: b}\n", ".")):
        project.deploy("local", config=None)
        (project.folder / "Pulumi.yaml").write_text(f"name: mine\nruntime: python\n{line}")
        file = project.folder / folder / "Pulumi.local.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(SALT_LINE)
        forget(project, home)
        assert not file.exists()


def test_a_stack_of_a_folder_that_is_gone_keeps_its_state(project: LocalProject, home: dict[str, str]) -> None:
    project.deploy("gone", config=None)
    others = project.left()
    project.deploy("local")
    forget(project, home)
    assert others <= project.left()
    assert project.passphrase.exists()


def test_a_committed_salt_of_somebody_elses_passphrase_holds_nothing_up(
    project: LocalProject, home: dict[str, str]
) -> None:
    project.deploy("local")
    theirs = SALT_LINE.replace("p7z5EpTn", "AAAAAAAA")
    project.config("prod").write_text(theirs)
    forget(project, home)
    assert project.left() == {"stacks/Pulumi.prod.yaml"}
    assert project.config("prod").read_text() == theirs


@pytest.mark.parametrize("before", ["", "# mine\n", "config:\n  mine:a: b\n"])
@pytest.mark.parametrize("after", ["", USERS.removeprefix("config:\n"), "# the end"])
def test_a_users_configuration_stays_byte_for_byte(
    project: LocalProject, home: dict[str, str], before: str, after: str
) -> None:
    project.deploy("local", config=None)
    file = project.config("local")
    file.write_bytes((before + SALT_LINE + after).encode())
    file.chmod(0o640)
    forget(project, home)
    assert file.exists() is bool(before + after)
    if before + after:
        assert file.read_bytes() == (before + after).encode()
        assert file.stat().st_mode & 0o777 == 0o640


def test_a_users_comment_behind_the_salt_stays(project: LocalProject, home: dict[str, str]) -> None:
    project.deploy("local", config=SALT_LINE.replace("\n", "   # made by the CLI\r\n"))
    forget(project, home)
    assert project.config("local").read_bytes() == b"# made by the CLI\r\n"


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quoted_salt_is_one_too(project: LocalProject, home: dict[str, str], quote: str) -> None:
    project.deploy("local", config=SALT_LINE.replace(" ", f" {quote}").replace("\n", f"{quote}\n"))
    forget(project, home)
    assert project.left() == set()


def test_what_only_the_passphrase_decrypts_keeps_it(project: LocalProject, home: dict[str, str]) -> None:
    secure = f"{SALT_LINE}config:\n  mine:k:\n    secure: v1:LQptftH4tF50TBw/:Vwz1zSbkUAw5e4Oi8abbrlM=\n"
    project.deploy("local", config=secure)
    said = forget(project, home)
    backend = ".levee/pulumi/.pulumi/meta.yaml"
    assert project.left() == {"stacks/Pulumi.local.yaml", ".levee/pulumi.passphrase", backend}
    assert project.config("local").read_text() == secure
    assert any("`secure:`" in line for line in said)
    require_passphrase(project.folder, "local", home)


def test_a_salt_that_outlived_its_passphrase_goes(project: LocalProject, home: dict[str, str]) -> None:
    project.deploy("local")
    project.passphrase.unlink()
    forget(project, home)
    assert project.left() == set()


@pytest.mark.parametrize(
    "own",
    [
        {"PULUMI_CONFIG_PASSPHRASE": "mine"},
        {"PULUMI_CONFIG_PASSPHRASE": ""},
        {"PULUMI_CONFIG_PASSPHRASE_FILE": "/mine"},
        {"PULUMI_BACKEND_URL": "s3://state"},
    ],
    ids=str,
)
def test_a_salt_of_the_users_own_passphrase_or_backend_stays(
    project: LocalProject, home: dict[str, str], own: dict[str, str]
) -> None:
    project.deploy("local")
    project.passphrase.unlink()
    forget(project, home | own)
    assert project.left() == {"stacks/Pulumi.local.yaml"}


def test_a_run_under_way_is_not_disturbed(project: LocalProject, home: dict[str, str]) -> None:
    project.deploy("local")
    before = project.left()
    with (
        hold(embedded_state(project.folder, "local"), "levee up local"),
        pytest.raises(LeveeError, match="running levee up local"),
    ):
        forget(project, home)
    assert project.left() - {".levee/state/local/lock"} == before


@pytest.mark.parametrize("alive", [True, False])
def test_a_lock_of_pulumi_counts_while_its_process_runs(
    project: LocalProject, home: dict[str, str], alive: bool
) -> None:
    project.deploy("local")
    lock = project.levee / "pulumi" / ".pulumi" / "locks" / "organization" / "mine" / "local" / "one.json"
    lock.parent.mkdir(parents=True)
    pid = os.getpid() if alive else 2**22 + 1
    lock.write_text(json.dumps({"pid": pid, "username": "me", "hostname": socket.gethostname(), "timestamp": "now"}))
    before = project.left()
    if alive:
        with pytest.raises(LeveeError, match="stack local is locked by me"):
            forget(project, home)
        assert project.left() == before
    else:
        forget(project, home)
        assert project.left() == set()


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "enormous", "unlike"])
def test_a_configuration_that_cannot_be_read_keeps_the_passphrase(
    project: LocalProject, home: dict[str, str], kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project.deploy("local", config=None)
    file, outside = project.config("local"), tmp_path_factory.mktemp("outside") / "theirs.yaml"
    outside.write_text(SALT_LINE)
    match kind:
        case "link":
            file.symlink_to(outside)
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case "enormous":
            file.write_text(SALT_LINE + "#" * 2**20)
        case _:
            file.write_text("{encryptionsalt: v1}\n")
    said = forget(project, home)
    assert project.passphrase.exists()
    assert os.path.lexists(file)
    assert outside.read_text() == SALT_LINE
    assert any(str(file) in line for line in said)


@pytest.mark.parametrize("linked", [".levee/state", ".levee/state/local", ".levee/secrets/local", ".levee/pulumi"])
def test_nothing_behind_a_link_is_removed(
    project: LocalProject, home: dict[str, str], linked: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project.deploy("local")
    folder, outside = project.folder / linked, tmp_path_factory.mktemp("outside") / "theirs"
    folder.rename(outside)
    folder.symlink_to(outside)
    before = {file for file in outside.rglob("*") if file.is_file()}
    with pytest.raises(LeveeError, match="behind a symbolic link; nothing was changed"):
        forget(project, home)
    assert {file for file in outside.rglob("*") if file.name != "lock" and file.is_file()} == before
    assert project.config("local").read_text() == SALT_LINE


def test_a_removal_that_was_interrupted_can_be_repeated(
    project: LocalProject, home: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.deploy("local")
    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", _refused)
        with pytest.raises(PermissionError):
            forget(project, home)
    require_passphrase(project.folder, "local", home)
    forget(project, home)
    assert project.left() == set()


def _refused(self: Path, missing_ok: bool = False) -> None:
    raise PermissionError(13, "Permission denied", str(self))


def test_the_cli_is_not_started_where_the_salt_has_lost_its_passphrase(
    project: LocalProject, home: dict[str, str]
) -> None:
    project.deploy("local")
    require_passphrase(project.folder, "local", home)
    project.passphrase.unlink()
    with pytest.raises(LeveeError, match=r"Pulumi\.local\.yaml:1 .* is gone") as gone:
        require_passphrase(project.folder, "local", home)
    assert (gone.value.exit_code, "encryptionsalt" in str(gone.value.help)) == (2, True)
    made_anew = home | additions(project.folder, home)
    with pytest.raises(LeveeError, match="holds another one") as other:
        require_passphrase(project.folder, "local", made_anew)
    assert project.passphrase.read_text() not in str(other.value)
    require_passphrase(project.folder, "local", home | {"PULUMI_CONFIG_PASSPHRASE": PASSPHRASE})
    require_passphrase(project.folder, "without", home)
