"""Asking brokers of which one may be behind, or dead: what one shows or does not is not what all do."""

import functools
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from confluent_kafka import KafkaError, KafkaException

LOOKS = 4
"""So many looks in a row, each by a connection of its own, meet every broker of three with some certainty."""

ANSWER_S = 15
"""Longer no living broker takes."""

WAIT_S = 60

P = ParamSpec("P")
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


def everywhere(ask: Callable[P, T]) -> Callable[P, T]:
    """Ask, by a connection of its own each time, until brokers show the same time after time.

    So is everything read that a test has changed, or let be changed: a broker applies it a moment after another.
    """

    @functools.wraps(ask)
    def agreed(*args: P.args, **kwargs: P.kwargs) -> T:
        deadline = time.monotonic() + WAIT_S
        last, in_a_row = ask(*args, **kwargs), 1
        while in_a_row < LOOKS:
            assert time.monotonic() < deadline, f"brokers did not come to show the same in {WAIT_S} s"
            answer = ask(*args, **kwargs)
            in_a_row = in_a_row + 1 if answer == last else 1
            last = answer
        return last

    return agreed


def until(reached: Callable[[], bool]) -> None:
    """Wait until ``reached``, which must ask ``everywhere``, holds."""
    deadline = time.monotonic() + WAIT_S
    while not reached():
        assert time.monotonic() < deadline, f"brokers did not show the change in {WAIT_S} s"
        time.sleep(0.05)
