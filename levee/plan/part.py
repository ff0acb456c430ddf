"""A part: one thing of a plan as a target registers it. Every decision is taken; registration only writes it down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from levee.model.origin import Origin
from levee.model.stream import MonitorKind
from levee.plan.planned import HopKind
from levee.plan.unknown import Unknown


class Need(StrEnum):
    """What must be there before a part, beside the parts that its inputs refer to."""

    GRANTED_TOPICS = "granted-topics"  # the topics that the grants of its service name
    CREDENTIALS = "credentials"  # every service's credential: its password is set


@dataclass(frozen=True, slots=True)
class Ref:
    """An output of another part, known once that part is made. `type` and `name` tell which.

    It begins with `head`, and `made_up` characters that the platform makes up follow.
    """

    type: str
    name: str
    output: str
    head: str
    made_up: int = 0

    @property
    def stand_in(self) -> str:
        """As long a text, which stands for it in another one."""
        return self.head + "0" * self.made_up

    def __str__(self) -> str:
        return f"<{self.output} of {self.name}>"


@dataclass(frozen=True, slots=True)
class Text:
    """A text with outputs of other parts in it: `pieces` in their order. `size` is how long it will be."""

    pieces: tuple[str | Ref, ...]
    size: int

    def __str__(self) -> str:
        return "".join(map(str, self.pieces))


Value = None | bool | int | float | str | Ref | Text | Sequence["Value"] | Mapping[str, "Value"]


@dataclass(frozen=True, slots=True)
class Limit:
    """How many characters the platform takes in an input that is a text. `advice` says how to stay below it."""

    input: str
    characters: int
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that a target registers: a resource of this `type` and logical `name` with these `inputs`.

    `defaults` stand for inputs that aren't named; None: nothing. `stream` is the key of the stream that it belongs to,
    `service` the service; both None: the stack. What is of a service and needs nothing comes before the service's
    credential. `protect`: whether the engine refuses to delete it; None: nothing is said of that. `realizes` is what
    of its stream's declaration is nowhere unless this part is there, as it is planned.
    """

    type: str
    name: str
    inputs: Mapping[str, Value]
    defaults: Mapping[str, Value] = field(default_factory=dict)
    stream: str | None = None
    service: str | None = None
    needs: tuple[Need, ...] = ()
    protect: bool | None = None
    realizes: HopKind | MonitorKind | None = None
    limits: tuple[Limit, ...] = ()
    origin: Origin

    @property
    def kind(self) -> str:
        """The last word of its type."""
        return self.type.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Excess:
    """An input that is longer than the platform takes."""

    part: Part
    limit: Limit
    size: int

    def __str__(self) -> str:
        return (
            f"the {self.limit.input} of {self.part.kind} {self.part.name} has {self.size:,} characters, "
            f"{self.size - self.limit.characters:,} more than the platform takes ({self.limit.characters:,})"
        )


def excesses(parts: Iterable[Part]) -> Iterator[Excess]:
    """Every input that is too long."""
    for part in parts:
        for limit in part.limits:
            size = size_of(part.inputs.get(limit.input))
            if size > limit.characters:
                yield Excess(part, limit, size)


def size_of(value: Value) -> int:
    """How many characters a text has; 0 for what is none."""
    if isinstance(value, Text):
        return value.size
    return len(value) if isinstance(value, str) else 0


def text_with(text: str, refs: Iterable[Ref]) -> str | Text:
    """The text with references where their stand-ins are in it."""
    pieces: list[str | Ref] = [text]
    for ref in refs:
        pieces = [piece for each in pieces for piece in _split(each, ref)]
    return text if pieces == [text] else Text(tuple(pieces), len(text))


def _split(piece: str | Ref, ref: Ref) -> Iterator[str | Ref]:
    if isinstance(piece, Ref):
        yield piece
        return
    for index, rest in enumerate(piece.split(ref.stand_in)):
        if index:
            yield ref
        if rest:
            yield rest


def as_planned(given: Any, planned: Value) -> Any:
    """What an input of a part says. As long as it isn't known, and refers to a part that isn't made, what the plan
    knows of it: judged again once that part is made.
    """
    unsettled = isinstance(given, Unknown) or (
        isinstance(given, list | tuple) and any(isinstance(each, Unknown) for each in given)
    )
    return _stand_in(planned) if unsettled and next(refs_in(planned), None) is not None else given


def _stand_in(value: Value) -> Any:
    match value:
        case Ref():
            return value.stand_in
        case Text():
            return "".join(each if isinstance(each, str) else each.stand_in for each in value.pieces)
        case Mapping():
            return {key: _stand_in(item) for key, item in value.items()}
        case list() | tuple():
            return [_stand_in(item) for item in value]
    return value


def refs_in(value: Value) -> Iterator[Ref]:
    """Every reference in a value."""
    match value:
        case Ref():
            yield value
        case Text():
            yield from (piece for piece in value.pieces if isinstance(piece, Ref))
        case Mapping():
            for item in value.values():
                yield from refs_in(item)
        case list() | tuple():
            for item in value:
                yield from refs_in(item)
