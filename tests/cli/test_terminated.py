"""Any command that a signal ends: it says so in a line, exits as a shell expects, and leaves no child behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from tests.support.levee_process import LEVEE
from tests.support.stack_files import StackFiles

SIGNALS: Final = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
STUCK: Final = """\
#!{python}
import os, pathlib, time
here = pathlib.Path(__file__).parent
(here / "new").write_text(str(os.getpid()))
(here / "new").rename(here / "pid")
time.sleep(600)
"""


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path / "project").comply()


def begun(files: StackFiles, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*LEVEE, *arguments, "--project", str(files.project)],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str], number: int) -> tuple[int, list[str]]:
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    return process.returncode, said.splitlines()


@pytest.mark.parametrize(("number", "code", "word"), SIGNALS)
def test_one_that_waits_for_its_child_ends_it(
    files: StackFiles, tmp_path: Path, number: int, code: int, word: str
) -> None:
    stuck = tmp_path / "bin" / "git"
    stuck.parent.mkdir()
    stuck.write_text(STUCK.format(python=sys.executable))
    stuck.chmod(0o755)
    path = f"{stuck.parent}{os.pathsep}{os.environ['PATH']}"
    with begun(files, "guard", "test", "--against", "git", "main", PATH=path) as process:
        while not (stuck.parent / "pid").exists():
            assert process.poll() is None
            time.sleep(0.01)
        child = int((stuck.parent / "pid").read_text())
        assert ended(process, number) == (code, [f"levee: {word}"])
    command = Path(f"/proc/{child}/cmdline")
    while command.exists() and command.read_bytes():  # empty: dead, and nobody has collected it yet
        time.sleep(0.01)


EARLY: Final = """\
import os, signal, sys


class Meanwhile:
    def find_spec(self, name, *_):
        if name == "levee_infra.cli.main":
            os.kill(os.getpid(), {number})


sys.meta_path.insert(0, Meanwhile())
from levee_infra.cli.entry import main
sys.argv = ["levee", "--version"]
sys.exit(main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_is_being_imported_ends_it_without_a_word(number: int) -> None:
    command = [sys.executable, "-c", EARLY.format(number=int(number))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-number, "", "")


def test_an_interrupt_that_a_shell_ignored_stays_ignored() -> None:
    program = EARLY.format(number=int(signal.SIGINT))
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("levee ")
