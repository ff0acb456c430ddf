"""Whose a thing is: a mark that every stack's run reads before it takes, changes or deletes anything.

A mark is written before its thing is made, so that what a killed run leaves behind is still its stack's, and removed
after the thing is gone. What carries it is the platform's affair; the words and the decisions are here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from levee_infra.providers.protocol.failures import RefusedError, refused

ADOPTED: Final = "adopted"
"""The output of a resource that was there before anybody declared it here."""


class ThingKind(StrEnum):
    """What can bear a mark beside those things that carry tags."""

    TOPIC = "topic"
    USER = "user"


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """One thing, by the name that the platform has for it."""

    kind: ThingKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Who owns a thing, as `<project>/<stack>`; ``adopted``: it was there before its owner was."""

    owner: str
    adopted: bool = False


class MarksUnavailableError(Exception):
    """The platform can't carry marks, or doesn't show them to this principal; the text says why."""


class Marks(Protocol):
    """The marks of one platform, as one owner reads and writes them. Many calls at once share requests.

    Every method raises MarksUnavailableError, and FailedError where the platform doesn't answer.
    """

    owner: str | None
    """Who writes here; ``None`` only reads."""

    async def on(self, thing: Thing, *, expected: Mark | None = None) -> frozenset[Mark]:
        """The marks that a thing bears, seconds old at most. One that is ``expected`` is waited for while lag may
        explain that it isn't shown yet.
        """

    async def claim(self, thing: Thing, *, adopted: bool = False) -> None:
        """Write the own mark and read all of them again.

        Raises RefusedError where somebody else has one too; a mark that this call wrote is then taken away again.
        """

    async def release(self, thing: Thing) -> None:
        """Remove the own mark; none is fine."""

    def removal(self, thing: Thing, mark: Mark) -> str:
        """The command by which a person removes a mark by hand."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a thing stands to one owner, by its marks. ``unavailable`` says why there are none to see."""

    own: Mark | None = None
    others: tuple[Mark, ...] = ()
    unavailable: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it is this owner's and nobody else's."""
        return self.own is not None and not self.others


UNMARKED: Final = Standing()


async def standing(marks: Marks, thing: Thing, *, expected: Mark | None = None) -> Standing:
    """Read how a thing stands to the owner that ``marks`` writes for. Raises FailedError."""
    try:
        found = await marks.on(thing, expected=expected)
    except MarksUnavailableError as error:
        return Standing(unavailable=str(error))
    own = max((mark for mark in found if mark.owner == marks.owner), default=None)
    return Standing(own, tuple(sorted(mark for mark in found if mark.owner != marks.owner)))


def names(others: Iterable[Mark]) -> str:
    """The owners' names, each once."""
    return ", ".join(dict.fromkeys(mark.owner for mark in others))


def belongs_to_another(marks: Marks, thing: Thing, found: Standing) -> str:
    """Why a thing with another owner's mark is left as it is, and what to do."""
    commands = "; ".join(marks.removal(thing, mark) for mark in found.others)
    claimed = f" and {marks.owner}" if found.own is not None else ""
    return (
        f"{thing} belongs to {names(found.others)}{claimed}, by the mark that it bears. Nothing was changed. Let that "
        "stack let go of it first, or choose another name; if that stack is gone for good, remove its mark by hand: "
        f"{commands}"
    )


def refuse_others(marks: Marks, thing: Thing, found: Standing) -> None:
    """Raise RefusedError where anybody else's mark is on the thing."""
    if found.others:
        raise refused_for(marks, thing, found)


def refused_for(marks: Marks, thing: Thing, found: Standing) -> RefusedError:
    """The refusal of a thing with another owner's mark."""
    return refused("name", belongs_to_another(marks, thing, found))


async def refuse_marked(marks: Marks, thing: Thing) -> None:
    """Raise RefusedError where anybody else's mark is on the thing. Raises FailedError."""
    refuse_others(marks, thing, await standing(marks, thing))
