"""Server processes by their mark. The processes are real; Python plays the JVM."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from levee_infra.local import process

IDLE = "import time; time.sleep(120)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); {IDLE}"
Launch = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def launch() -> Iterator[Launch]:
    children: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str, name: str = "java", code: str = IDLE) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            [name, "-c", code, *arguments], executable=sys.executable, stdout=subprocess.PIPE, start_new_session=True
        )
        children.append(child)
        while not process._command(child.pid).startswith(name):
            time.sleep(0.001)
        return child

    yield begin
    for child in children:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def test_a_broker_is_found_by_its_mark_alone(tmp_path: Path, launch: Launch) -> None:
    broker = launch(process.mark_of(tmp_path / "1"))
    launch(process.mark_of(tmp_path / "10"))

    assert process.find([tmp_path / "1", tmp_path / "2"]) == {tmp_path / "1": broker.pid}


def test_a_server_in_python_is_found_by_its_own_mark(tmp_path: Path, launch: Launch) -> None:
    server = launch(process.mark_of(tmp_path, "python"), "-p", "1024", name="python3")
    launch(process.mark_of(tmp_path / "1", "java"), name="python3")

    assert process.find([tmp_path, tmp_path / "1"]) == {tmp_path: server.pid}
    assert process.arguments_of(server.pid)[-2:] == ["-p", "1024"]


def test_a_search_for_a_broker_is_no_broker(tmp_path: Path, launch: Launch) -> None:
    launch(process.mark_of(tmp_path), name="grep")
    launch(f"about {process.mark_of(tmp_path)}")

    assert process.find([tmp_path]) == {}


def test_stop_ends_its_own_and_no_other(tmp_path: Path, launch: Launch) -> None:
    mine, theirs = launch(process.mark_of(tmp_path / "1")), launch(process.mark_of(tmp_path / "2"))

    assert process.stop([tmp_path / "1"], grace_s=10)
    assert process.find([tmp_path / "1"]) == {}
    assert theirs.poll() is None
    assert mine.pid not in process.find([tmp_path / "1", tmp_path / "2"]).values()


def test_stop_kills_what_does_not_heed(tmp_path: Path, launch: Launch) -> None:
    broker = launch(process.mark_of(tmp_path), code=STUBBORN)
    assert broker.stdout is not None
    assert broker.stdout.readline() == b"up\n"

    assert not process.stop([tmp_path], grace_s=0.3)
    assert process.find([tmp_path]) == {}


def test_stop_of_nothing_is_fine(tmp_path: Path) -> None:
    assert process.stop([tmp_path], grace_s=1)


def test_a_recycled_process_id_is_not_signalled(tmp_path: Path, launch: Launch) -> None:
    stranger = launch()

    process._signal(stranger.pid, tmp_path, signal.SIGKILL)

    assert stranger.poll() is None
    assert process._command(stranger.pid)


def test_an_ended_process_that_nobody_collected_is_gone(tmp_path: Path, launch: Launch) -> None:
    broker = launch(process.mark_of(tmp_path))
    os.kill(broker.pid, signal.SIGKILL)
    os.waitid(os.P_PID, broker.pid, os.WEXITED | os.WNOWAIT)

    assert process.find([tmp_path]) == {}


def test_a_started_broker_is_visible_leads_its_session_and_makes_private_files(tmp_path: Path) -> None:
    command: list[str | Path] = [
        tmp_path / "java",
        "-c",
        f"open('made', 'w').close(); {IDLE}",
        process.mark_of(tmp_path),
    ]
    (tmp_path / "java").symlink_to(sys.executable)
    process.start(tmp_path, command, {"PATH": "/usr/bin"}, tmp_path / "console.log")
    try:
        pid = process.find([tmp_path])[tmp_path]
        assert os.getsid(pid) == pid
        while not (tmp_path / "made").exists():
            time.sleep(0.01)
        assert (tmp_path / "made").stat().st_mode & 0o077 == 0
    finally:
        process.stop([tmp_path], grace_s=0)


def test_a_program_that_ends_at_once_is_no_broker(tmp_path: Path) -> None:
    (tmp_path / "java").symlink_to(sys.executable)
    command: list[str | Path] = [tmp_path / "java", "-c", "raise SystemExit('no')", process.mark_of(tmp_path)]

    process.start(tmp_path, command, {}, tmp_path / "console.log")
    while process.find([tmp_path]):
        time.sleep(0.01)

    assert (tmp_path / "console.log").read_text() == "no\n"
