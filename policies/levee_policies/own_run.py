"""While an organization's code runs: what it prints is no part of a report, and what takes long is named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from threading import Event, RLock, Thread

PATIENCE = 5.0  # seconds
_ONE_AT_A_TIME = RLock()  # stdout is one for all threads


@contextmanager
def own_run(running: Callable[[], str]) -> Iterator[None]:
    """Send to stderr what is printed meanwhile, and say there what is `running` after some seconds."""
    over = Event()

    def watch() -> None:
        told = ""
        while not over.wait(PATIENCE):
            if (now := running()) != told:
                told = now
                sys.stderr.write(f"levee: {now} is still running; Ctrl-C ends it\n")

    watching = Thread(target=watch, daemon=True)
    watching.start()
    try:
        with _ONE_AT_A_TIME, redirect_stdout(sys.stderr):
            yield
    finally:
        over.set()
        watching.join()
