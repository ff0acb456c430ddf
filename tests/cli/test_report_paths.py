"""Places as code hosts know them: from the repository's root, wherever the project lies."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from levee.loading.repository import path_in_repository
from levee_infra.cli.main import main
from tests.policies.test_waivers import BROKEN
from tests.support.levee_process import levee
from tests.support.rule_cases import write

DAY = "--as-of=2026-11-21"
FILE = "stacks/prod/streams/payments-audit.yaml"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with the project in a folder of it."""
    root = tmp_path / "repository"
    write(BROKEN, root / "infra" / "my levee")
    git(root, "init", "-q")
    return root


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def report(capsys: Captured, project: Path, form: str, *arguments: str) -> str:
    code = main([*(arguments or ("check",)), DAY, "--project", str(project), "--format", form])
    text = capsys.readouterr().out
    assert code in {1, 2}
    return text


def uris(text: str) -> set[str]:
    (run,) = json.loads(text)["runs"]
    places: list[Any] = [place for result in run["results"] for place in result["locations"]]
    places += [
        place for note in run["invocations"][0].get("toolExecutionNotifications", ()) for place in note["locations"]
    ]
    return {place["physicalLocation"]["artifactLocation"]["uri"] for place in places}


def test_a_project_in_a_folder_of_its_repository(root: Path, capsys: Captured) -> None:
    project = root / "infra" / "my levee"
    assert uris(report(capsys, project, "sarif")) == {f"infra/my%20levee/{FILE}"}
    assert f",file=infra/my levee/{FILE}," in report(capsys, project, "github")
    case = ET.fromstring(report(capsys, project, "junit").split("\n", 1)[1]).find("testsuite/testcase[@file]")
    assert case is not None
    assert case.get("file") == f"infra/my levee/{FILE}"
    assert f"--> {FILE}:" in report(capsys, project, "text")


def test_a_file_that_can_not_be_used_has_its_place_in_the_repository(root: Path, capsys: Captured) -> None:
    project = root / "infra" / "my levee"
    (project / FILE).write_text("topic: [\n")
    assert uris(report(capsys, project, "sarif")) == {f"infra/my%20levee/{FILE}"}
    assert f"file=infra/my levee/{FILE}," in report(capsys, project, "github")
    guard = ("guard", "prod", "--against", "git", "HEAD")
    assert uris(report(capsys, project, "sarif", *guard)) == {f"infra/my%20levee/{FILE}"}


def test_guard_too(root: Path, capsys: Captured) -> None:
    project = root / "infra" / "my levee"
    git(root, "add", "-A")
    git(root, "commit", "-qm", "deployed")
    file = project / "stacks/prod/streams/payments-events.yaml"
    file.write_text(file.read_text().replace("retention: 7d", "retention: 2d"))
    text = report(capsys, project, "sarif", "guard", "prod", "--against", "git", "HEAD")
    assert uris(text) == {"infra/my%20levee/stacks/prod/streams/payments-events.yaml"}
    assert json.loads(text)["runs"][0]["automationDetails"]["id"] == "levee/guard/prod/"


def test_where_a_repository_begins(root: Path, tmp_path: Path) -> None:
    project = root / "infra" / "my levee"
    assert path_in_repository(project) == "infra/my levee/"
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    git(root, "worktree", "add", "-q", str(tmp_path / "tree"))
    assert (tmp_path / "tree" / ".git").is_file()
    assert path_in_repository(tmp_path / "tree" / "infra" / "my levee") == "infra/my levee/"
    (tmp_path / "link").symlink_to(project)
    assert path_in_repository(tmp_path / "link") == "infra/my levee/"
    git(project, "init", "-q")
    assert path_in_repository(project) == ""
    write(BROKEN, tmp_path / "alone")
    assert path_in_repository(tmp_path / "alone") == ""


def test_the_hook_finds_the_project_from_the_files_that_it_is_given(root: Path) -> None:
    """A hook runs at the repository's root, with the paths that a commit changes."""
    (hook,) = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
    project = root / "infra" / "my levee"
    changed = [str(path.relative_to(root)) for path in project.rglob("*.yaml")]
    assert len(changed) > 4
    assert all(re.search(hook["files"], path) for path in changed)
    assert not re.search(hook["files"], "docs/stacks.yaml")
    command, *arguments = hook["entry"].split()
    assert command == "levee"
    ended = levee(*arguments, DAY, "--format", "sarif", *changed, cwd=root)
    assert ended.returncode == 1
    assert uris(ended.stdout) == {f"infra/my%20levee/{FILE}"}


def test_paths_of_two_projects_are_exit_2(root: Path) -> None:
    write(BROKEN, root / "other")
    paths = f"infra/my levee/{FILE}", f"other/{FILE}"
    ended = levee("check", *paths, cwd=root)
    assert ended.returncode == 2
    assert "several projects" in ended.stderr
    assert levee("check", DAY, paths[0], cwd=root).returncode == 1


def test_a_stack_may_be_called_stacks(root: Path) -> None:
    folder = root / "infra" / "my levee" / "stacks"
    (folder / "prod").rename(folder / "stacks")
    assert levee("check", DAY, str(folder / "stacks" / "stack.yaml"), cwd=root).returncode == 1


def test_what_is_uploaded_replaces_only_its_own_kind(root: Path, capsys: Captured) -> None:
    """GitHub closes the alerts of an earlier upload of the same category that a later one doesn't hold."""
    project = root / "infra" / "my levee"
    ids = {
        json.loads(report(capsys, project, "sarif", *arguments))["runs"][0]["automationDetails"]["id"]
        for arguments in (("check",), ("check", "prod"), ("check", "--rule", "RLS-DUR-002"), ("guard", "prod"))
    }
    assert len(ids) == 4
    assert "levee/check/" in ids
