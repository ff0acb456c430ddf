"""Server processes (brokers, the AWS API): found, started and ended by a mark in their own arguments.

The kernel's process table is the only record of what runs. A server whose starter was killed before it could note a
process id is found all the same, an id that now belongs to somebody else never is, and a reboot leaves nothing stale.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from levee_infra.local.failure import LocalClusterError

POLL_S = 0.05
START_POLL_S = 0.001
KILL_WAIT_S = 10.0
Program = Literal["java", "python"]
MARKING_OPTIONS: Mapping[Program, str] = {"java": "-D", "python": "-X"}
SEPARATOR = "\0" if sys.platform == "linux" else " "


def mark_of(home: Path, program: Program = "java") -> str:
    """The argument that only the server working in `home` carries: an option that `program` sets and nobody reads."""
    return f"{MARKING_OPTIONS[program]}levee.home={home}"


def find(homes: Collection[Path]) -> dict[Path, int]:
    """The process id of each of `homes` that has a live server."""
    return {home: pid for pid, command in _process_table() for home in homes if _is_server(command, home)}


def arguments_of(pid: int) -> list[str]:
    """What `pid` was started with, nothing if it is gone."""
    return next((command.rstrip(SEPARATOR).split(SEPARATOR) for id_, command in _process_table() if id_ == pid), [])


def start(home: Path, command: Sequence[str | Path], environment: Mapping[str, str], console: Path) -> None:
    """Start the server of `home`: `command`, which has its mark, apart from our terminal; output in `console`.

    The child leads its own session, so it outlives us and never sees our Ctrl-C, and makes only private files.
    """
    with open(console, "wb", opener=_private) as output:
        child = subprocess.Popen(
            command,
            env=environment,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )
    # A new program's arguments appear a moment after it has begun: who looked earlier would take it for dead.
    while not find([home]) and child.poll() is None:
        time.sleep(START_POLL_S)
    # It is meant to outlive this object; marked as ended, Python doesn't warn. stop() collects it.
    child.returncode = child.returncode or 0


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def stop(homes: Collection[Path], *, grace_s: float) -> bool:
    """End the servers of `homes`, those that run: asked first, killed after `grace_s` seconds; 0 kills at once.

    Whether all ended in order. Raises LocalClusterError if one can't be ended.
    """
    running = find(homes)
    if grace_s > 0 and _end(running, signal.SIGTERM, grace_s):
        return True
    if not _end(running, signal.SIGKILL, KILL_WAIT_S):
        left = ", ".join(str(pid) for pid in find(homes).values())
        raise LocalClusterError(f"processes {left} don't end", "end them yourself, then run the command again")
    return False


def _end(running: Mapping[Path, int], number: signal.Signals, wait_s: float) -> bool:
    """Signal all of `running`; whether all were gone in time."""
    for home, pid in running.items():
        _signal(pid, home, number)
    deadline = time.monotonic() + wait_s
    while find(running) or any(_lingers(pid) for pid in running.values()):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    for pid in running.values():
        _collect(pid)
    return True


def _signal(pid: int, home: Path, number: signal.Signals) -> None:
    """Signal `pid` if it still is the server of `home`: what is looked at is what is signalled, recycled ids or not."""
    try:
        if sys.platform != "linux":
            os.kill(pid, number)
            return
        handle = os.pidfd_open(pid)
        try:
            if _is_server(_command(pid), home):
                signal.pidfd_send_signal(handle, number)
        finally:
            os.close(handle)
    except ProcessLookupError:
        return


def _lingers(pid: int) -> bool:
    """Whether `pid` is ending: it has lost its arguments already, but may hold its ports and files a moment longer."""
    if sys.platform != "linux" or _command(pid):
        return False
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        ended, _, _ = select.select([handle], [], [], 0)
        return not ended
    finally:
        os.close(handle)


def _collect(pid: int) -> None:
    """Take the exit status of a child of ours, so that no zombie stays; others' children are collected by others."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _is_server(command: str, home: Path) -> bool:
    """Whether `command` is a program launched with its mark of `home`, and not, say, a search for it."""
    name = command.split(SEPARATOR, 1)[0].rpartition("/")[2].lower()
    return any(
        name.startswith(program) and f"{SEPARATOR}{mark_of(home, program)}{SEPARATOR}" in command
        for program in MARKING_OPTIONS
    )


def _process_table() -> Iterator[tuple[int, str]]:
    """Every process and its command, arguments between SEPARATORs. One that ended but isn't collected has none."""
    if sys.platform == "linux":
        for entry in os.listdir("/proc"):  # noqa: PTH208 - twice as fast as Path, and polled
            if entry.isdigit():
                yield int(entry), _command(int(entry))
    else:
        listing = subprocess.run(
            ["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, errors="replace", check=True
        )
        for line in listing.stdout.splitlines():
            pid, _, command = line.strip().partition(" ")
            yield int(pid), command.strip()


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="surrogateescape")
    except OSError:
        return ""
