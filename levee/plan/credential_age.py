"""How old passwords are, and when they are due: the declared `rotate_every` against the days they were made. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from levee.plan.planned import Plan


class Due(StrEnum):
    """Whether a password is to be renewed. Unknown is not in time."""

    IN_TIME = "in time"
    SOON = "due soon"
    OVERDUE = "overdue"
    UNKNOWN = "age unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialAge:
    """One generation of a service. `made` and `last_day` (the last on which it is in time) are days in UTC, None where
    nobody noted when its password was made. `replaced`: a newer generation is valid beside it.
    """

    service: str
    username: str
    rotate_every_days: int
    made: date | None
    last_day: date | None
    due: Due
    replaced: bool

    @property
    def holds(self) -> bool:
        """Whether it is known to be in time."""
        return self.due in {Due.IN_TIME, Due.SOON}

    @property
    def found(self) -> str:
        """What is so, in words."""
        if self.made is None:
            return "nobody noted when its password was made"
        tense = "was due by" if self.due is Due.OVERDUE else "is due by"
        return f"its password was made on {self.made.isoformat()} and {tense} {_iso(self.last_day)}"

    @property
    def remedy(self) -> str:
        """What to write in the stack's file."""
        if self.replaced:
            return f"write `previous: revoked` of {self.service} under `services` once its clients have moved"
        return f"raise `generation` of {self.service} under `services`: the new password's day is noted"


def credential_ages(plan: Plan, made: Mapping[str, date | None], as_of: date) -> Iterator[CredentialAge]:
    """Every valid generation of the services that say `rotate_every`, as far as it is there.

    `made` are the users that are there, with the days on which their passwords were made (None: nobody noted it).
    """
    for credential in plan.credentials:
        if credential.scram is None or credential.scram.rotate_every is None:
            continue
        every = timedelta(milliseconds=credential.scram.rotate_every.milliseconds)
        for username in credential.usernames:
            if username not in made:
                continue
            day = made[username]
            yield CredentialAge(
                service=credential.service,
                username=username,
                rotate_every_days=every.days,
                made=day,
                last_day=None if day is None else _last_day(day, every),
                due=Due.UNKNOWN if day is None else _due(day, every, as_of),
                replaced=username != credential.usernames[-1],
            )


def _due(made: date, every: timedelta, as_of: date) -> Due:
    """In its last tenth, at least its last day, a password is due soon."""
    left = _last_day(made, every) - as_of
    if left < timedelta(0):
        return Due.OVERDUE
    return Due.SOON if left < max(every / 10, timedelta(days=1)) else Due.IN_TIME


def _last_day(made: date, every: timedelta) -> date:
    """The calendar's end where it would lie beyond it."""
    return date.max if every > date.max - made else made + every


def _iso(day: date | None) -> str:
    return "a day that is unknown" if day is None else day.isoformat()
