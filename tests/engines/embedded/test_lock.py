"""One run at a time, and who it is."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from levee_infra.deployed.engine_error import EngineError
from levee_infra.engines.embedded.errors import LockHeld
from levee_infra.engines.embedded.lock import hold
from tests.support.disk_program import DiskStack

HOLDER = """
import sys, time
from pathlib import Path
from levee_infra.engines.embedded.lock import hold
with hold(Path(sys.argv[1]), "up"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_refused_and_told_who_holds_it(tmp_path: Path, disk: DiskStack) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(disk.state_directory)], stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(LockHeld, match=f"process {other.pid}, since .*, running up"):
            disk.up(disk.program({"a": {}}))
        os.kill(other.pid, signal.SIGKILL)
    disk.up(disk.program({"a": {}}))
    assert disk.on_disk() == {"a"}


def test_a_run_that_ended_holds_nothing(tmp_path: Path) -> None:
    with hold(tmp_path / "state", "up"):
        pass
    with hold(tmp_path / "state", "preview"):
        pass


def test_the_directory_is_its_owners_alone(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "state"
    with hold(directory, "up"):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE((directory / "lock").stat().st_mode) == 0o600


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match="cannot be used"), hold(tmp_path / "file" / "state", "up"):
        pass
