"""One run at a time on one stack: an flock, which the kernel frees however the holder ends."""

import contextlib
import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from levee.clock import SYSTEM_CLOCK
from levee_infra.deployed.engine_error import EngineError
from levee_infra.engines.embedded.errors import LockHeld

LOCK_FILE: Final = "lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who runs: process id, host, user, when it began (UTC, ISO 8601) and what it does."""

    pid: int
    host: str
    user: str
    since: str
    command: str

    @classmethod
    def this_process(cls, command: str) -> "Holder":
        """The running process."""
        since = SYSTEM_CLOCK.now().isoformat(timespec="seconds")
        return cls(os.getpid(), socket.gethostname(), _user(), since, command)

    def __str__(self) -> str:
        return f"{self.user} on {self.host}, process {self.pid}, since {self.since}, running {self.command}"


@contextlib.contextmanager
def hold(directory: Path, command: str) -> Iterator[None]:
    """Hold the stack in ``directory`` (made if missing, for its owner only) until the block ends.

    Raises:
        LockHeld: another run holds it; the message names who.
        EngineError: the directory or the lock file cannot be made.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EngineError(
            f"the state directory {directory} cannot be used: {error.strerror}",
            help="choose a directory that you may write to",
        ) from error
    try:
        _take(descriptor, directory)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(Holder.this_process(command))).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _take(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LockHeld(
            f"another run holds this stack: {_holder(descriptor)}",
            help=f"wait until it has ended, or end it; the lock ({directory / LOCK_FILE}) is freed with the process",
        ) from None


def _holder(descriptor: int) -> str:
    try:
        return str(Holder(**json.loads(os.pread(descriptor, 4096, 0))))
    except (ValueError, TypeError):
        return "it has only just begun"
