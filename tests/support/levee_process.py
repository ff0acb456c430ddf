"""`levee` as a process of its own: what a shell, a CI system or a supervisor does to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

LEVEE: Final = (sys.executable, "-m", "levee_infra.cli.main")
CODES: Final = frozenset({0, 1, 2, 3, 130, 143})
_HOME: Final = str(Path(__file__).parents[2])


def levee(*arguments: str | bytes, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run it to its end. Any traceback is a failure, whatever is tested."""
    environment = {**os.environ, "PYTHONPATH": _HOME, **options.pop("env", {})}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL} | options
    ended = subprocess.run(
        [*LEVEE, *arguments], env=environment, text=True, errors="replace", timeout=120, check=False, **streams
    )
    assert "Traceback" not in (ended.stderr or ""), ended.stderr
    assert ended.returncode in CODES, ended
    return ended


def shell(
    script: str, *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a script of bash in which `levee` is the command."""
    function = f'levee() {{ {" ".join(LEVEE)} "$@"; }}\n'
    ended = subprocess.run(
        ["bash", "-c", function + script, "bash", *arguments],
        env={**os.environ, "PYTHONPATH": _HOME, **environment},
        cwd=cwd,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )
    assert "Traceback" not in ended.stderr + ended.stdout, ended.stderr
    return ended
