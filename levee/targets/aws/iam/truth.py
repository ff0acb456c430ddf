"""True, false, and what can't be determined: Kleene's logic, in which min is "and" and max is "or"."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """Whether something holds. What can't be determined stays so unless something else decides."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    @classmethod
    def of(cls, value: bool) -> Truth:  # noqa: FBT001 - this is the bool
        """What can be determined."""
        return cls.TRUE if value else cls.FALSE

    def opposite(self) -> Truth:
        """TRUE of FALSE and the other way round; what can't be determined can't be determined."""
        return Truth(2 - self)


def all_of(truths: Iterable[Truth]) -> Truth:
    """Whether every one holds. Of none: TRUE."""
    return min(truths, default=Truth.TRUE)


def any_of(truths: Iterable[Truth]) -> Truth:
    """Whether one of them holds. Of none: FALSE."""
    return max(truths, default=Truth.FALSE)
