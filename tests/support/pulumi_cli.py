"""The Pulumi CLI that tests marked `engine` run, and how they run it: as on a machine where nobody ever used it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.support.language_host import NAME, RUNS_A_PROGRAM

PROJECT: Final = Path(__file__).resolve().parents[2]
LIMIT_S: Final = 1800
"""For a test that runs the CLI, on a slow machine."""


def prepare() -> None:
    """Take away what the caller has set for Pulumi, and stand in for the language host where there is none."""
    for name in [name for name in os.environ if name.startswith("PULUMI_")]:
        del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="pulumi-"))
    os.environ["PULUMI_HOME"] = str(home)
    os.environ["PULUMI_SKIP_UPDATE_CHECK"] = "true"
    if not missing() and is_stand_in():
        _stand_in(home / "bin")


def _stand_in(beside: Path) -> None:
    """Put a host beside the CLI, which warns of one that lies elsewhere, and that CLI first on PATH."""
    beside.mkdir()
    for name in ("pulumi", RUNS_A_PROGRAM):
        try:
            os.link(_folder() / name, beside / name)
        except OSError:  # another file system, or another's file
            shutil.copy(_folder() / name, beside / name)
    host = beside / NAME
    found = f"PYTHONPATH={shlex.quote(str(PROJECT))}"
    host.write_text(f'#!/bin/sh\n{found} exec {shlex.quote(sys.executable)} -m tests.support.language_host "$@"\n')
    host.chmod(0o755)
    os.environ["PATH"] = f"{beside}{os.pathsep}{os.environ['PATH']}"


def tidy() -> None:
    """Remove what `prepare` made."""
    shutil.rmtree(os.environ["PULUMI_HOME"], ignore_errors=True)


@cache
def missing() -> str:
    """What a test marked `engine` lacks on this machine; empty where it can run."""
    if shutil.which("pulumi") is None:
        return "no `pulumi` on PATH (`tools/build-pulumi` builds it with Go)"
    if is_stand_in() and not (_folder() / RUNS_A_PROGRAM).exists():
        return f"no {NAME} on PATH or beside `pulumi`"
    return ""


@cache
def is_stand_in() -> bool:
    """Whether the official language host isn't there, so that tests/support/language_host.py takes its place."""
    return shutil.which(NAME) is None and not (_folder() / NAME).exists()


def _folder() -> Path:
    return Path(os.path.realpath(shutil.which("pulumi") or "/nonexistent")).parent


def mark(items: list[pytest.Item]) -> None:
    """Give tests marked `engine` their time, or skip them."""
    for item in items:
        if item.get_closest_marker("engine") is not None:
            item.add_marker(pytest.mark.timeout(LIMIT_S))
            if missing():
                item.add_marker(pytest.mark.skip(reason=f"{missing()}: not run"))


def described() -> str:
    """One line on what runs tests marked `engine`, or why nothing does."""
    if missing():
        return f"Pulumi's own engine: NOT TRIED, {missing()}"
    version = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True).stdout.strip()
    host = "a stand-in, tests/support/language_host.py" if is_stand_in() else "the official one"
    return f"Pulumi's own engine: {version}; Python language host: {host}"
