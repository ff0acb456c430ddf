"""One command at a time on one folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from levee_infra.ignored_folder import make_ignored


@contextmanager
def hold(folder: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Hold `folder` alone, made if it isn't there; waits for another holder and says so.

    The kernel drops the lock when its holder ends, however it ends.
    """
    make_ignored(folder)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(handle, folder, report)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _take(handle: int, folder: Path, report: Callable[[str], None]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(handle, 32, 0).decode() or "unknown"
        report(f"waiting for another command (pid {holder}) that works in {folder}")
        fcntl.flock(handle, fcntl.LOCK_EX)
