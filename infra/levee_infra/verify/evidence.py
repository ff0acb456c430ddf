"""What makes a proof evidence: when it was made, by what, of which files, by whom, on which cluster."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from levee import __version__
from levee.loading.repository import repository_of
from levee.plan.planned import Plan


@dataclass(frozen=True, slots=True)
class Revision:
    """The commit that the project is at, and whether its files differ from it. None: git can't tell."""

    commit: str | None
    changed: bool | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """About one run. `at` is in UTC; `revision` None: the project is in no git repository.

    `operator` is who ran it by the machine, `caller` by the platform; None: there is no account, or it doesn't tell.
    """

    at: datetime
    version: str
    revision: Revision | None
    operator: str
    caller: str | None
    bootstrap: tuple[str, ...]

    def document(self) -> Mapping[str, object]:
        """As plain values."""
        revision = self.revision
        return {
            "date": self.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "levee": self.version,
            "revision": None if revision is None else {"commit": revision.commit, "changed": revision.changed},
            "operator": self.operator,
            "caller": self.caller,
            "bootstrap": list(self.bootstrap),
        }


def evidence(plan: Plan, project: Path, at: datetime, caller: str | None) -> Evidence:
    """What is to be known of a run on a plan, at a moment in UTC. What is unknown is None: it stops no proof."""
    return Evidence(
        at=at,
        version=__version__,
        revision=_revision(project),
        operator=f"{_user()}@{socket.gethostname()}",
        caller=caller,
        bootstrap=plan.cluster.bootstrap,
    )


def _user() -> str:
    """By the system, not by a variable that anybody can set."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _revision(project: Path) -> Revision | None:
    if repository_of(project) is None:
        return None
    commit = _git(project, "rev-parse", "--verify", "--quiet", "HEAD")
    status = _git(project, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    return Revision(None if commit is None else commit.strip(), None if status is None else bool(status))


def _git(project: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-c", "core.fsmonitor=false", *arguments],
            cwd=project,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
