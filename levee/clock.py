"""What day it is: the day in UTC, everywhere. Nothing else reads the machine's clock or knows its time zone.

A program makes one choice of clock, where it starts, and hands it to what it calls. What decides gets a day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time in UTC. `read` answers the moment, in any time zone."""

    read: Callable[[], datetime]

    @classmethod
    def fixed(cls, moment: datetime) -> Clock:
        """A clock that stands still: what is judged by it has one day, however long it takes."""
        return cls(lambda: moment)

    def now(self) -> datetime:
        """The moment, in UTC. Raises ValueError where `read` names no time zone: it could be any machine's."""
        moment = self.read()
        if moment.utcoffset() is None:
            raise ValueError(f"{moment.isoformat()} names no time zone")
        return moment.astimezone(UTC)

    def today(self) -> date:
        """The day, in UTC."""
        return self.now().date()

    def milliseconds(self) -> int:
        """The moment, in milliseconds since 1970."""
        return (self.now() - _EPOCH) // timedelta(milliseconds=1)


SYSTEM_CLOCK: Final = Clock(lambda: datetime.now(UTC))
"""The machine's clock, for programs to start with."""
