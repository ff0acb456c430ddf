"""A change against what a git revision declares, with real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.diagnostics import LeveeError
from levee_infra.deployed.revision import from_revision
from tests.support.changing import AUDIT, EVENTS, commit, edit, git, project
from tests.support.rule_cases import AS_OF, STACK


def streams(folder: Path, revision: str) -> list[str]:
    return [each.stream for each in from_revision(folder, STACK, revision, AS_OF).deployed.topics]


def test_the_files_of_the_revision_count_and_the_work_tree_stays(tmp_path: Path) -> None:
    first = commit(project(tmp_path))
    spare = tmp_path / f"stacks/{STACK}/streams/payments-spare.yaml"
    spare.write_text((tmp_path / EVENTS).read_text().replace("events", "spare"))
    commit(tmp_path)
    spare.unlink()
    assert "payments-spare" not in streams(tmp_path, first)
    assert "payments-spare" not in streams(tmp_path, "HEAD~1")
    assert "payments-spare" in streams(tmp_path, "HEAD")
    assert not spare.exists()
    assert git(tmp_path, "status", "--porcelain", "-uno").startswith(" D")


def test_a_project_below_the_top_of_its_repository(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    project(tmp_path / "logs")
    commit(tmp_path)
    assert len(streams(tmp_path / "logs", "HEAD")) == 3


def test_attributes_hide_nothing(tmp_path: Path) -> None:
    (project(tmp_path) / ".gitattributes").write_text("stacks/** export-ignore\n*.yaml export-subst\n")
    commit(tmp_path)
    assert len(streams(tmp_path, "HEAD")) == 3


def test_a_stack_that_is_new_has_nothing_deployed(tmp_path: Path) -> None:
    commit(project(tmp_path))
    assert from_revision(tmp_path, "test", "HEAD", AS_OF).deployed.topics == ()


@pytest.mark.parametrize("revision", ["nowhere", "HEAD~9", "--output=x", "-h", "", "HEAD:stacks"])
def test_a_revision_that_is_none_is_exit_2(tmp_path: Path, revision: str) -> None:
    commit(project(tmp_path))
    with pytest.raises(LeveeError) as refused:
        streams(tmp_path, revision)
    assert refused.value.exit_code == 2
    assert not (tmp_path / "x").exists()


def test_a_folder_outside_git_is_exit_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(LeveeError) as refused:
        streams(project(tmp_path), "HEAD")
    assert refused.value.exit_code == 2


def test_a_revision_without_stacks_is_not_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "readme").write_text("nothing yet")
    first = commit(tmp_path)
    commit(project(tmp_path))
    with pytest.raises(LeveeError, match="no stacks/ folder") as refused:
        streams(tmp_path, first)
    assert refused.value.exit_code == 2


def test_files_of_the_revision_that_are_wrong_are_exit_2(tmp_path: Path) -> None:
    edit(project(tmp_path), AUDIT, "partitions: 3", "partitions: three")
    commit(tmp_path)
    with pytest.raises(LeveeError, match="not valid") as refused:
        streams(tmp_path, "HEAD")
    assert refused.value.exit_code == 2


def test_a_link_in_the_revision_is_exit_2(tmp_path: Path) -> None:
    (project(tmp_path) / f"stacks/{STACK}/streams/more.yaml").symlink_to("payments-audit.yaml")
    commit(tmp_path)
    with pytest.raises(LeveeError, match="a link") as refused:
        streams(tmp_path, "HEAD")
    assert refused.value.exit_code == 2
