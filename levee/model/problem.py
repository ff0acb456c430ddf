"""One thing wrong with what stack files say, by its place in the data rather than in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from levee.model.declared import Declared
from levee.model.origin import Origin
from levee.model.stack import StackSpec


class Part(Enum):
    """Which part of a mapping's entry a problem is about."""

    KEY = auto()
    VALUE = auto()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, what to write instead, and whose value or key it is.

    `origin` may lead to a key that isn't written; the nearest one above it is then shown. `other` is a second place
    to name: the first of two equal topics, say. `secret`: the value at `origin` is one, and never shown. `offset`: the
    character of the value's text that is meant, from 0.
    """

    id: str
    message: str
    help: str
    origin: Origin
    part: Part = Part.VALUE
    other: Origin | None = None
    secret: bool = False
    offset: int | None = None


Check = Callable[[Declared], Iterator[Problem]]
"""What must hold of a declaration: every problem that it finds."""

StackCheck = Callable[[Declared, StackSpec], Iterator[Problem]]
"""The same of one whose stack.yaml could be read."""
