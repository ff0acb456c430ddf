"""What a proof says of itself, so that it can be kept."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from levee import __version__
from levee.plan.planned import Plan
from levee_infra.verify.evidence import evidence
from levee_infra.verify.proof_json import render_json
from tests.verify.test_proof_report import proof_of

AT = datetime(2026, 11, 21, 13, 5, 9, 123456, tzinfo=UTC)


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *author, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_proof_tells_when_by_what_and_by_whom_it_was_made(plan: Plan, tmp_path: Path) -> None:
    document = json.loads(render_json(proof_of([]), evidence(plan, tmp_path, AT, None)))
    about = document["evidence"]
    assert (about["date"], about["levee"], about["revision"]) == ("2026-11-21T13:05:09Z", __version__, None)
    assert about["bootstrap"] == list(plan.cluster.bootstrap)
    assert "@" in about["operator"]
    assert (document["cluster"], document["brokers"]) == ("bGV2ZWUtbG9jYWwtMDAwMQ", [{"id": 1, "rack": "eu-west-1/a"}])


def test_the_operator_is_who_the_system_says(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "an-auditor")
    assert "an-auditor" not in evidence(plan, tmp_path, AT, None).operator


def test_the_revision_is_the_projects_and_says_whether_its_files_differ(plan: Plan, tmp_path: Path) -> None:
    project = tmp_path / "repository" / "project"
    (project / "stacks").mkdir(parents=True)
    (project / "stacks" / "a").write_text("a")
    git(tmp_path / "repository", "init", "-q")
    unborn = evidence(plan, project, AT, None).revision
    assert unborn is not None
    assert (unborn.commit, unborn.changed) == (None, True)
    git(project, "add", ".")
    git(project, "commit", "-qm", "a")
    (project.parent / "elsewhere").write_text("no file of the project")
    clean = evidence(plan, project, AT, None).revision
    assert clean is not None
    assert (clean.commit, clean.changed) == (git(project, "rev-parse", "HEAD"), False)
    (project / "stacks" / "a").write_text("b")
    changed = evidence(plan, project, AT, None).revision
    assert changed is not None
    assert (changed.commit, changed.changed) == (clean.commit, True)


def test_where_git_does_not_answer_nothing_is_claimed(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    revision = evidence(plan, tmp_path, AT, None).revision
    assert revision is not None
    assert (revision.commit, revision.changed) == (None, None)
