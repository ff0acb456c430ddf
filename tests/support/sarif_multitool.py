"""Microsoft's SARIF Multitool: whether code scanning takes a file, by the rules that GitHub's own team keeps."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.support.npm import node_modules

_PINNED: Final = Path(__file__).parents[1] / "policies" / "multitool"
_PLATFORM: Final = {"linux": "linux", "darwin": "darwin"}
NO_HOME_PAGE: Final = "SARIF2005"  # levee has no home page to name


def multitool() -> Path:
    """The program. Skips the test where it can't be had here."""
    platform = _PLATFORM.get(sys.platform, "none")
    program = node_modules(_PINNED) / "@microsoft" / f"sarif-multitool-{platform}" / "Sarif.Multitool"
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
