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
STOOD_IN_FOR: Final = ("python", "nodejs")
LIMIT_S: Final = 1800
"""For a test that runs the CLI, on a slow machine."""


def prepare() -> None:
    """Take away what the caller has set for Pulumi, and stand in for the language host where there is none."""
    for name in [name for name in os.environ if name.startswith("PULUMI_")]:
        del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="pulumi-"))
    os.environ["PULUMI_HOME"] = str(home)
    os.environ["PULUMI_SKIP_UPDATE_CHECK"] = "true"
    stand_ins = [] if missing() else [language for language in STOOD_IN_FOR if host(language) == "stand-in"]
    if stand_ins:
        _stand_in(stand_ins, home / "bin")


def _stand_in(languages: list[str], beside: Path) -> None:
    """Put hosts beside the CLI, which warns of those that lie elsewhere, and that CLI first on PATH."""
    beside.mkdir()
    for each in _folder().glob("pulumi*"):
        try:
            os.link(each, beside / each.name)
        except OSError:  # another file system, or another's file
            shutil.copy(each, beside)
    for language in languages:
        command = f"{shlex.quote(sys.executable)} -m tests.support.language_host {language}"
        shim = beside / NAME.format(language)
        shim.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(PROJECT))} exec {command} "$@"\n')
        shim.chmod(0o755)
    os.environ["PATH"] = f"{beside}{os.pathsep}{os.environ['PATH']}"


def tidy() -> None:
    """Remove what `prepare` made."""
    shutil.rmtree(os.environ["PULUMI_HOME"], ignore_errors=True)


@cache
def missing() -> str:
    """What a test marked `engine` lacks on this machine; empty where it can run."""
    if shutil.which("pulumi") is None:
        return "no `pulumi` on PATH (`tools/build-pulumi` builds it with Go)"
    if host("python") == "stand-in" and not (_folder() / RUNS_A_PROGRAM).exists():
        return f"no {NAME.format('python')} on PATH or beside `pulumi`"
    return ""


@cache
def host(language: str) -> str:
    """What runs a language's programs: its `official` host, a `stand-in` (tests/support/language_host.py) or `none`."""
    if language == "nodejs" and shutil.which("node") is None:
        return "none"
    name = NAME.format(language)
    if shutil.which(name) is not None or (_folder() / name).exists():
        return "official"
    return "stand-in" if language in STOOD_IN_FOR else "none"


def _folder() -> Path:
    return Path(os.path.realpath(shutil.which("pulumi") or "/nonexistent")).parent


@cache
def _paths() -> tuple[str, str]:
    """PATH with the CLI, and one on which everything but the CLI is found."""
    path = os.environ["PATH"]
    return path, os.pathsep.join(_without_pulumi(Path(each)) for each in path.split(os.pathsep))


def _without_pulumi(folder: Path) -> str:
    if not (folder / "pulumi").exists():
        return str(folder)
    beside = Path(tempfile.mkdtemp(prefix="without-", dir=os.environ["PULUMI_HOME"]))
    for each in folder.iterdir():
        if not each.name.startswith("pulumi"):
            (beside / each.name).symlink_to(each)
    return str(beside)


def show(item: pytest.Item) -> None:
    """Let only tests marked `engine` find the CLI: what the others say is the same on every machine."""
    whole, without = _paths()
    os.environ["PATH"] = whole if item.get_closest_marker("engine") is not None else without


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
    os.environ["PATH"], _ = _paths()
    version = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True).stdout.strip()
    hosts = ", ".join(f"{language} {host(language)}" for language in (*STOOD_IN_FOR, "yaml"))
    return f"Pulumi's own engine: {version}; language hosts: {hosts}"
