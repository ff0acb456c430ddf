"""True, false or null, under every reading of what DPXL's documentation leaves open.

Each `Reading` is a question with two answers. Together they make 32 ways to read the language; a truth says of all at
once what a condition can be, as sets of ways (bit n is way n). What nothing tells can be anything in each of them.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

_QUESTIONS: Final = 5
_WAYS: Final = range(2**_QUESTIONS)
_ALL: Final = (1 << len(_WAYS)) - 1


class Reading(Enum):
    """What the documentation doesn't say, as what may be so."""

    NULL_DIFFERS = 0
    """`null != 'x'` is true, not null."""
    NULL_IS_FALSE = 1
    """A comparison or function of null is false at once, so that `!` of it is true; not only at the filter's end."""
    WHOLE_TEXT = 2
    """`matches` asks for the whole text, not for a part of it."""
    CONVERTS = 3
    """A value of another type than the inferred one is converted, not null."""
    DEBUG_FIRST = 4
    """DEBUG is less severe than VERBOSE, not more."""

    @property
    def ways(self) -> int:
        """The ways in which it is so."""
        return sum(1 << way for way in _WAYS if way >> self.value & 1)


class Truth(NamedTuple):
    """In which ways a condition can be true, false, null. In each it can be at least one of them."""

    true: int
    false: int
    null: int

    def __invert__(self) -> Truth:
        return Truth(self.false, self.true, self.null)

    def __and__(self, other: Truth) -> Truth:
        null = (self.null & (other.true | other.null)) | (other.null & (self.true | self.null))
        return Truth(self.true & other.true, self.false | other.false, null)

    def __or__(self, other: Truth) -> Truth:
        return ~(~self & ~other)

    def equals(self, other: Truth) -> Truth:
        """Whether both are true or both are false; null where either is."""
        alike = (self.true & other.true) | (self.false & other.false)
        different = (self.true & other.false) | (self.false & other.true)
        return Truth(alike, different, self.null | other.null)

    def settled(self) -> Truth:
        """As the outcome of a comparison or a function."""
        early = _WAYS_OF[Reading.NULL_IS_FALSE]
        return Truth(self.true, self.false | (self.null & early), self.null & ~early)


TRUE: Final = Truth(_ALL, 0, 0)
FALSE: Final = Truth(0, _ALL, 0)
NULL: Final = Truth(0, 0, _ALL)
ANY: Final = Truth(_ALL, _ALL, _ALL)
_WAYS_OF: Final = {reading: reading.ways for reading in Reading}


def either(reading: Reading, if_so: Truth, if_not: Truth) -> Truth:
    """What a question decides."""
    so = _WAYS_OF[reading]
    return Truth(*((one & so) | (other & ~so) for one, other in zip(if_so, if_not, strict=True)))


def known(value: bool) -> Truth:  # noqa: FBT001 - the value itself
    """True or false, however the language is read."""
    return TRUE if value else FALSE
