"""`levee` on a generated project, as a whole command of one engine, with nothing of the user's carried over."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks.brokers import PROJECT
from benchmarks.command import Cost, measure
from benchmarks.declared_project import STACK
from levee_infra.deployed.location import pulumi_backend
from tests.support import pulumi_cli

LOGS: Final = PROJECT / "build" / "bench"
CREATE, NO_CHANGE, DESTROY = "create", "no-change", "destroy"
COMMANDS: Final[Mapping[str, str]] = {CREATE: "up", NO_CHANGE: "up", DESTROY: "destroy"}
"""What is measured of a stack, in this order, and the command that does it."""

_LEFT_OUT: Final = frozenset({"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE", "PYTHONDONTWRITEBYTECODE"})


def available(engines: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Those of the engines that can run here, and a note on Pulumi's: which one it is, or why it isn't measured."""
    if "pulumi" not in engines:
        return engines, []
    usable = tuple(engine for engine in engines if engine != "pulumi" or not pulumi_cli.missing())
    return usable, [pulumi_cli.described()]


def named(engine: str, what: str) -> str:
    """What a row says of a command."""
    return f"levee --engine {engine}: {what}"


def run_levee(what: str, engine: str, project: Path) -> Cost:
    """Run the command that does `what` to the project's stack. Raises BenchmarkError if it fails."""
    command = [sys.executable, "-m", "levee_infra.cli.main", COMMANDS[what], STACK, "--yes", "--engine", engine]
    return measure(command, project, _environment(project), LOGS / f"{project.name}-{what}.log")


def run_carrier(project: Path, log: Path) -> Cost:
    """Carry all that has come in for the stack's one carrier. Raises BenchmarkError if it fails."""
    command = [sys.executable, "-m", "levee_infra.cli.main", "carry", STACK, "--until-caught-up"]
    return measure(command, project, _environment(project), log)


def _environment(project: Path) -> Mapping[str, str]:
    """The user's, but for what would carry over from outside: Pulumi's state stays in the project, whatever the user is
    logged in to, compiled Python in the projects' folder, whatever the user's Python may keep, and AWS's credentials
    are the stack's own.
    """
    backend = pulumi_backend(project)
    backend.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name not in _LEFT_OUT}
    return {
        **kept,
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PYTHONPYCACHEPREFIX": str(project.parent / "compiled"),
    }
