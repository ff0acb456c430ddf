"""Says what a command waits for, and how long it may take."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from levee.diagnostics.text import one_line

if TYPE_CHECKING:
    from levee.plan.planned import Plan

QUIET_SECONDS: Final = 1.5
"""What takes no longer is not worth a word."""


@contextmanager
def waiting_for_cluster(plan: Plan) -> Iterator[None]:
    """While the first answer of a cluster is waited for, say on standard error who is asked."""
    cluster = plan.cluster
    with _waiting(f"asking cluster {cluster.id} at {', '.join(cluster.bootstrap)} …"):
        yield


@contextmanager
def _waiting(text: str) -> Iterator[None]:
    ended = Event()

    def tell() -> None:
        if not ended.wait(QUIET_SECONDS):
            sys.stderr.write(one_line(text) + "\n")
            sys.stderr.flush()

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()
