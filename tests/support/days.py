"""Days and time zones that tests run on, whatever day it is and wherever they run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from levee.clock import SYSTEM_CLOCK, Clock

MOMENTS: Final[Mapping[str, datetime]] = {
    "today": SYSTEM_CLOCK.now(),
    "years_ahead": datetime(2031, 8, 17, 12, tzinfo=UTC),
    "the_end_of_a_year": datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC),
    "the_first_of_a_year": datetime(2028, 1, 1, tzinfo=UTC),
}
ZONES: Final = {"east": "<+14>-14", "west": "<-11>11"}
"""Time zones in which it is tomorrow, or yesterday, for most of a day: as POSIX writes them, known on any machine."""


@contextmanager
def in_zone(zone: str) -> Iterator[None]:
    """Let this process, and those that it starts, be in a time zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        yield
    time.tzset()


def before(day: date) -> Clock:
    """The last moment before a day begins, in UTC."""
    return Clock.fixed(beginning(day).now() - timedelta(microseconds=1))


def beginning(day: date) -> Clock:
    """The first moment of a day, in UTC."""
    return Clock.fixed(datetime(day.year, day.month, day.day, tzinfo=UTC))
