"""Tells the reading of a whole stack from lone reads."""

import asyncio
from collections.abc import Hashable, Iterable
from typing import Final

BURST: Final = 4
"""So many different things, read at once or one shortly after another, are the refresh of a whole stack."""

PAUSE_SECONDS: Final = 1.0
"""The longest time between two reads of one refresh: an engine that is short of processor time asks for a few of them
at a time, or for one.
"""

MAX_AGE_SECONDS: Final = 10.0
"""How old what a refresh reads may be: as if it had been read so much earlier."""


class Burst:
    """A refresh reads many things, each once. One thing that is read again and again is none."""

    def __init__(self) -> None:
        self._read: set[Hashable] = set()
        self._last = float("-inf")

    def joined(self, things: Iterable[Hashable]) -> bool:
        """Note that things are read now, and say whether they belong to a burst."""
        now = asyncio.get_running_loop().time()
        if now - self._last > PAUSE_SECONDS:
            self._read.clear()
        self._last = now
        self._read.update(things)
        return len(self._read) >= BURST
