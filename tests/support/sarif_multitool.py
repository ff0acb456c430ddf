"""Microsoft's SARIF Multitool: whether code scanning takes a file, by the rules that GitHub's own team keeps.

It is fetched once, by npm and pinned by a lock file, into the environment that the tests run in.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

_PINNED: Final = Path(__file__).parents[1] / "policies" / "multitool"
_HOME: Final = Path(sys.prefix) / "sarif-multitool"
_PLATFORM: Final = {"linux": "linux", "darwin": "darwin"}
NO_HOME_PAGE: Final = "SARIF2005"  # levee has no home page to name


def multitool() -> Path:
    """The program. Skips the test where it can't be had here."""
    lock = (_PINNED / "package-lock.json").read_bytes()
    if not _is_installed(lock):
        _install(lock)
    platform = _PLATFORM.get(sys.platform, "none")
    program = _HOME / "node_modules" / "@microsoft" / f"sarif-multitool-{platform}" / "Sarif.Multitool"
    if not program.is_file():
        pytest.skip(f"the SARIF Multitool has no program for {sys.platform}")
    program.chmod(0o755)
    return program


def complaints(files: Sequence[Path]) -> dict[str, set[str]]:
    """The rules for SARIF and for GitHub's code scanning that each file breaks, by its name: errors and warnings."""
    program, report = multitool(), files[0].parent / "validated.sarif"
    command = [
        str(program),
        "validate",
        *map(str, files),
        "--rule-kind",
        "Sarif;Ghas",
        "--output",
        str(report),
        "--log",
        "ForceOverwrite",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    if not report.exists():
        pytest.skip(f"the SARIF Multitool doesn't run here: {(done.stderr or done.stdout).strip()[:300]}")
    (run,) = json.loads(report.read_text(encoding="utf-8-sig"))["runs"]
    assert run["invocations"][0]["executionSuccessful"], done.stdout
    found: dict[str, set[str]] = {file.stem: set() for file in files}
    for result in run.get("results", ()):
        if result.get("level") != "note":
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            found[Path(uri).stem].add(result["ruleId"])
    return found


def _is_installed(lock: bytes) -> bool:
    stamp = _HOME / "package-lock.json"
    return stamp.exists() and stamp.read_bytes() == lock


def _install(lock: bytes) -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm is not installed: SARIF is not validated by Microsoft's tool")
    with tempfile.TemporaryDirectory(dir=sys.prefix, prefix=".multitool-") as folder:
        home = Path(folder) / "home"
        shutil.copytree(_PINNED, home)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"]
        try:
            done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=150, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("npm doesn't get an answer from its registry")
        if done.returncode:
            pytest.skip(f"npm can't fetch the SARIF Multitool: {done.stderr.strip()[-300:]}")
        (home / "package-lock.json").write_bytes(lock)
        shutil.rmtree(_HOME, ignore_errors=True)
        home.replace(_HOME)
