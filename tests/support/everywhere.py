"""Waiting for what was done by hand: one broker showing it does not mean that all do."""

import time
from collections.abc import Callable

LOOKS = 4
"""So many looks in a row, each by a connection of its own, meet every broker of three with some certainty."""


def until_everywhere(reached: Callable[[], bool]) -> None:
    """Wait until ``reached``, which must open a connection of its own, holds time after time."""
    deadline = time.monotonic() + 60
    in_a_row = 0
    while in_a_row < LOOKS:
        assert time.monotonic() < deadline, "brokers did not show the change in a minute"
        in_a_row = in_a_row + 1 if reached() else 0
        if not in_a_row:
            time.sleep(0.05)
