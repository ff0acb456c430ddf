"""Asking brokers of which one may be behind, or dead: what one shows or does not is not what all do."""

import time
from collections.abc import Callable
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException

LOOKS = 4
"""So many looks in a row, each by a connection of its own, meet every broker of three with some certainty."""

ANSWER_S = 15
"""Longer no living broker takes."""

T = TypeVar("T")


def answered(ask: Callable[[], T]) -> T:
    """The answer to ``ask``, which must open a connection of its own: one may wait for a broker that has died."""
    for _ in range(3):
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() != KafkaError._TIMED_OUT:
                raise
    return ask()


def until_everywhere(reached: Callable[[], bool]) -> None:
    """Wait until ``reached``, which must open a connection of its own, holds time after time."""
    deadline = time.monotonic() + 60
    in_a_row = 0
    while in_a_row < LOOKS:
        assert time.monotonic() < deadline, "brokers did not show the change in a minute"
        in_a_row = in_a_row + 1 if reached() else 0
        if not in_a_row:
            time.sleep(0.05)
