"""What levee leaves on a machine never comes into a commit, whatever repository it is in. Asked of git itself."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from levee.clock import SYSTEM_CLOCK
from levee.diagnostics import LeveeError
from levee.plan.build import build_plan
from levee_infra.engines.contract import Action, Deployment
from levee_infra.engines.embedded.embedded_engine import EmbeddedEngine
from levee_infra.engines.pulumi.environment import additions
from levee_infra.ignored_folder import make_ignored
from levee_infra.kafka.secret_store.private_directory import PrivateDirectory
from levee_infra.local.lock import hold
from levee_infra.providers.protocol.failures import FailedError
from tests.support.stack_files import StackFiles

TOKEN = "a-password"


def git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A fresh repository whose project, a folder below, has one committed stack and no .gitignore."""
    git(tmp_path, "init", "--quiet")
    StackFiles(tmp_path / "project").comply()
    git(tmp_path, "add", "-A")
    return tmp_path


def a_state(project: Path) -> None:
    plan = build_plan(StackFiles.load(_files(project)), date(2026, 11, 21))
    deployment = Deployment(clock=SYSTEM_CLOCK, project=project, stack="test", action=Action.PREVIEW, plan=plan)
    with pytest.raises(LeveeError, match=r"ca\.pem"):
        EmbeddedEngine(chosen=True).run(deployment, lambda _: None)
    assert (project / ".levee" / "state" / "test" / "lock").exists()


def _files(project: Path) -> StackFiles:
    files = StackFiles.__new__(StackFiles)
    files.project, files.name = project, "test"
    return files


def a_pulumi_backend(project: Path) -> None:
    added = additions(project, {"PULUMI_HOME": str(project / "nowhere")})
    assert Path(added["PULUMI_CONFIG_PASSPHRASE_FILE"]).exists()


def a_passphrase(project: Path) -> None:
    added = additions(project, {"PULUMI_BACKEND_URL": "s3://elsewhere"})
    assert Path(added["PULUMI_CONFIG_PASSPHRASE_FILE"]).exists()


def secrets(project: Path) -> None:
    with PrivateDirectory.create(project / ".levee" / "secrets" / "test") as directory:
        directory.write("orders-api.g1.properties", TOKEN)


def secrets_elsewhere(project: Path) -> None:
    with PrivateDirectory.create(project / "secrets" / "services") as directory:
        directory.write("orders-api.g1.properties", TOKEN)


def a_local_cluster(project: Path) -> None:
    with hold(project / ".levee" / "local", lambda _: None):
        (project / ".levee" / "local" / "password").write_text(TOKEN)


def a_local_cluster_elsewhere(project: Path) -> None:
    with hold(project / "cluster", lambda _: None):
        (project / "cluster" / "password").write_text(TOKEN)


@pytest.mark.parametrize(
    "make",
    [
        a_state, a_pulumi_backend, a_passphrase, secrets, secrets_elsewhere, a_local_cluster, a_local_cluster_elsewhere,
    ],
)  # fmt: skip
def test_nothing_of_it_is_seen_or_added(repository: Path, make: Callable[[Path], None]) -> None:
    before = git(repository, "ls-files")
    for _ in range(2):
        make(repository / "project")
        assert git(repository, "ls-files", "--others", "--exclude-standard") == ""
        git(repository, "add", "-A")
        assert git(repository, "ls-files") == before


def test_a_folder_of_an_older_levee_is_ignored_from_the_next_run_on(repository: Path) -> None:
    folder = repository / "project" / ".levee"
    (folder / "state").mkdir(parents=True)
    (folder / "old").write_text(TOKEN)
    make_ignored(folder / "state")
    assert git(repository, "ls-files", "--others", "--exclude-standard") == ""
    assert stat.S_IMODE((folder / ".gitignore").stat().st_mode) == 0o600


def test_a_store_of_an_older_levee_is_ignored_and_a_folder_with_files_of_others_is_not(repository: Path) -> None:
    for name in ("orders-api.g1.properties", "notes.txt"):
        folder = repository / "project" / name.partition(".")[0]
        folder.mkdir(mode=0o700)
        (folder / name).write_text(TOKEN)
        PrivateDirectory.create(folder).close()
    assert git(repository, "ls-files", "--others", "--exclude-standard") == "project/notes/notes.txt\n"


@pytest.mark.parametrize("text", ["", "!keep\n"])
def test_a_users_own_gitignore_stays(tmp_path: Path, text: str) -> None:
    (tmp_path / ".levee").mkdir()
    (tmp_path / ".levee" / ".gitignore").write_text(text)
    make_ignored(tmp_path / ".levee" / "state")
    assert (tmp_path / ".levee" / ".gitignore").read_text() == text


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / ".levee").mkdir()
    (tmp_path / ".levee" / ".gitignore").symlink_to(tmp_path / "elsewhere")
    make_ignored(tmp_path / ".levee" / "state")
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_made_is_the_owners_alone(tmp_path: Path) -> None:
    make_ignored(tmp_path / "a" / ".levee" / "state" / "test")
    for folder in (tmp_path / "a" / ".levee", tmp_path / "a" / ".levee" / "state" / "test"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "a" / ".levee").iterdir() if path.name.startswith(".")] == [".gitignore"]


@pytest.mark.parametrize("own", [".git", "stacks"])
def test_a_project_itself_is_never_ignored(tmp_path: Path, own: str) -> None:
    (tmp_path / own).mkdir(mode=0o700)
    tmp_path.chmod(0o700)
    with pytest.raises(FailedError, match="folder of a project"):
        PrivateDirectory.create(tmp_path)
    assert not (tmp_path / ".gitignore").exists()


@pytest.mark.parametrize("directory", [".", "./.", "stacks", "stacks/test"])
def test_no_stack_keeps_its_passwords_among_its_files(tmp_path: Path, directory: str) -> None:
    files = StackFiles(tmp_path)
    files.edit(files.stack, "directory: secrets/services", f"directory: {directory}")
    assert files.found() == ["secret-store stack.yaml:19:14"]
