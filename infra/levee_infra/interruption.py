"""SIGINT and SIGTERM during a run: the first ends it in order, the second at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Interruption(KeyboardInterrupt):
    """A signal ended what was under way; `exit_code` is what a shell makes of it: 130 SIGINT, 143 SIGTERM."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = exit_code(number)


def exit_code(number: int) -> int:
    """What a command exits with that a signal ended."""
    return 128 + number


def interrupt(number: int) -> NoReturn:
    """Raise Interruption."""
    raise Interruption(number)


@contextmanager
def on_signals(act: Callable[[int], object], numbers: Collection[int] = SIGNALS) -> Iterator[None]:
    """While inside, these signals call `act` with their number. Only the main thread can receive signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda number, _frame: act(number)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
