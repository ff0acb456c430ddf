"""One deletion that waits while others are under way, so that one fails truthfully when a run is cancelled.

Pulumi's engine ends an update that is cancelled while it deletes as a success, with most of it left, unless a deletion
fails (``deployment_executor.go``: what cancels ``performPostSteps`` is forgotten). Those under way run to their end and
succeed. Nothing was done yet of the one that waits.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

QUIET_SECONDS: Final = 0.1
"""How long the last may wait for another when none is under way; the engine sends the next well within it."""


class HeldBack:
    """Lets deletions begin, all but the one that came last."""

    def __init__(self) -> None:
        self._last: asyncio.Event | None = None
        self._under_way = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Enter when another one came or nothing is under way any more, or at once after `release`."""
        self.release()
        go = self._last = asyncio.Event()
        while not go.is_set():
            alone = self._under_way == 0
            try:
                await asyncio.wait_for(go.wait(), QUIET_SECONDS)
            except TimeoutError:
                if alone:
                    go.set()
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def release(self) -> None:
        """Wake the one that waits."""
        if self._last is not None:
            self._last.set()
