"""What a broker shows lags behind what the controller has committed: by milliseconds, or by seconds while it makes
logs.

A write returns when a broker shows it, and no reading calls drift what lag can explain.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from levee_infra.providers.protocol.failures import FailedError

T = TypeVar("T")

POLL_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Pauses between looks for something that was just written; the last one repeats."""

SHOWN_SECONDS: Final = 60.0
"""A cluster that shows a write no sooner than this is not well."""

SETTLE_SECONDS: Final = 3.0
"""This long after a write was shown by one broker, the others have caught up too."""

PAUSE_SECONDS: Final = 0.2


class Lag:
    """Knows how long ago this session wrote, or began: until then somebody else may just have written.

    Patience is for the session as a whole, not for each reading: a cluster where everything has drifted is read no
    slower than one where nothing has.
    """

    def __init__(self) -> None:
        self._since = time.monotonic()

    def wrote(self) -> None:
        """Note a write."""
        self._since = time.monotonic()

    async def confirmed(
        self, expected: Callable[[T], bool], read: Callable[[], Awaitable[T]], read_now: Callable[[], Awaitable[T]]
    ) -> T:
        """Return what ``read`` finds if it is as expected; else look again until it is, or no lag can explain it."""
        found = await read()
        while not expected(found):
            settled = time.monotonic() - self._since > SETTLE_SECONDS
            found = await read_now()
            if settled:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        return found


async def until_shown(what: str, is_shown: Callable[[], Awaitable[bool]]) -> None:
    """Wait until a broker shows what was committed.

    Raises FailedError if none does in time; a second run finds the write and goes on from there.
    """
    deadline = time.monotonic() + SHOWN_SECONDS
    pauses = itertools.chain(POLL_SECONDS, itertools.repeat(POLL_SECONDS[-1]))
    while not await is_shown():
        if time.monotonic() > deadline:
            raise FailedError(
                f"the controller has committed {what}, but after {SHOWN_SECONDS:.0f} s no broker shows it; run again"
            )
        await asyncio.sleep(next(pauses))
