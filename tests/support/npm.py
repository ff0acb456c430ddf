"""npm packages that tests need: fetched once, pinned by a lock file, into the environment that the tests run in."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import pytest

_LOCK: Final = "package-lock.json"


def node_modules(pinned: Path) -> Path:
    """The packages that the lock file in a folder pins. Skips the test where they can't be had here."""
    home = Path(sys.prefix, f"npm-{pinned.name}")
    if not _is_installed(pinned, home):
        _install(pinned, home)
    return home / "node_modules"


def _is_installed(pinned: Path, home: Path) -> bool:
    return (home / _LOCK).exists() and (home / _LOCK).read_bytes() == (pinned / _LOCK).read_bytes()


def _install(pinned: Path, home: Path) -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip(f"npm is not installed: what needs the packages of {pinned.name} is not tried")
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=f".{home.name}-") as folder:
        draft = Path(folder) / "home"
        shutil.copytree(pinned, draft)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"]
        try:
            done = subprocess.run(command, cwd=draft, capture_output=True, text=True, timeout=200, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("npm doesn't get an answer from its registry")
        if done.returncode:
            pytest.skip(f"npm can't fetch the packages of {pinned.name}: {done.stderr.strip()[-300:]}")
        if not _is_installed(pinned, home):  # another run may have been first
            shutil.rmtree(home, ignore_errors=True)
            draft.replace(home)
