"""Runs a stack of files in a process of its own, so that it can be killed or interrupted."""

import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from levee_infra.deployed.engine_error import EngineError
from levee_infra.engines.contract import Action
from tests.support.disk_program import DiskStack

PROJECT = Path(__file__).parents[2]
Files = Mapping[str, Mapping[str, Any]]

# Processes are forked from a server that has everything imported: they begin within milliseconds.
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload([__name__])


@contextlib.contextmanager
def mortal(
    disk: DiskStack, operation: Action, files: Files, *, parallel: int = 64, pause: float = 0.0
) -> Iterator[ForkServerProcess]:
    """Run an operation in a process that is killed, as by kill -9, when the block ends."""
    process = _SERVER.Process(
        target=_operate, args=(str(disk.root), operation.value, json.dumps(files), parallel, pause)
    )
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def start(disk: DiskStack, operation: Action, files: Files) -> "subprocess.Popen[str]":
    """Begin an operation as a command of its own, whose output and exit code tell how it ended."""
    command = [sys.executable, "-m", __name__, str(disk.root), operation.value, json.dumps(files)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def gate(disk: DiskStack, operation: str) -> Path:
    """Hold the provider at an operation, ``<verb>-<name>``, until the file is removed."""
    path = disk.files.with_suffix(".hold") / operation
    path.parent.mkdir(exist_ok=True)
    path.touch()
    return path


def wait_until_reached(path: Path, process_id: int | None) -> None:
    """Wait until the provider in that process is held at the gate."""
    assert process_id is not None
    while not path.with_suffix(".reached").exists():
        os.kill(process_id, 0)
        time.sleep(0.005)


def _operate(root: str, operation: str, files: str, parallel: int = 64, pause: float = 0.0) -> int:
    disk = DiskStack(Path(root), pause)
    try:
        disk.run(Action(operation), disk.program(json.loads(files)), parallel=parallel)
    except EngineError as error:
        sys.stdout.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(_operate(sys.argv[1], sys.argv[2], sys.argv[3]))
