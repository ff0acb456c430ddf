"""The day is the one in UTC, wherever the machine stands and in whatever zone its time is told."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from levee.clock import SYSTEM_CLOCK, Clock
from tests.support.days import ZONES, before, beginning, in_zone

KIRITIMATI = timezone(timedelta(hours=14))
NIUE = timezone(-timedelta(hours=11))


@pytest.mark.parametrize(
    ("told", "day"),
    [
        (datetime(2028, 1, 1, 13, 59, 59, tzinfo=KIRITIMATI), date(2027, 12, 31)),
        (datetime(2028, 1, 1, 14, tzinfo=KIRITIMATI), date(2028, 1, 1)),
        (datetime(2027, 12, 31, 12, 59, 59, tzinfo=NIUE), date(2027, 12, 31)),
        (datetime(2027, 12, 31, 13, tzinfo=NIUE), date(2028, 1, 1)),
    ],
)
def test_the_day_is_the_one_in_utc(told: datetime, day: date, zone: str) -> None:
    clock = Clock.fixed(told)
    assert (clock.today(), clock.now(), clock.now().tzinfo) == (day, told, UTC)


def test_a_time_of_no_zone_is_none() -> None:
    with pytest.raises(ValueError, match="names no time zone"):
        Clock.fixed(datetime(2028, 1, 1)).today()  # noqa: DTZ001 - as it must not be


def test_the_machines_clock_tells_the_same_in_every_zone() -> None:
    with in_zone(ZONES["east"]):
        assert time.timezone == -14 * 3600, "the zone is one"
        east = SYSTEM_CLOCK.now()
    with in_zone(ZONES["west"]):
        assert time.timezone == 11 * 3600
        west = SYSTEM_CLOCK.now()
    assert abs(west - east) < timedelta(hours=1)


def test_one_that_stands_still_tells_the_same_again() -> None:
    clock = Clock.fixed(SYSTEM_CLOCK.now())
    assert clock.now() == clock.now()


def test_a_moment_in_milliseconds() -> None:
    assert Clock.fixed(datetime(1970, 1, 1, 0, 0, 1, 1999, tzinfo=UTC)).milliseconds() == 1001


def test_days_begin_where_those_before_them_end() -> None:
    day = date(2028, 2, 29)
    assert (beginning(day).today(), before(day).today()) == (day, date(2028, 2, 28))
