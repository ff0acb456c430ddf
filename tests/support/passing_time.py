"""Time that passes by itself: a coroutine's pauses take no time, and what it counts doesn't depend on the machine."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from typing_extensions import override

T = TypeVar("T")


class _Selector(selectors.SelectSelector):
    """Where the loop would wait for its next timer, the time is that timer's."""

    now = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._passing = _Selector()
        super().__init__(self._passing)

    @override
    def time(self) -> float:
        return self._passing.now


def passing(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end; it waits for nothing but time."""
    loop = _Loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
