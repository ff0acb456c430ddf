"""A part as a row of a table: what it is, whose, and what is decided of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from levee.plan.part import Part, Ref, Text, Value, size_of

_SAID: Final = frozenset({"name", "description", "tags"})
"""Inputs that tell no more than the row itself."""

_LONGEST: Final = 60


def part_row(part: Part) -> tuple[str, ...]:
    """Kind, name, stream or service, protection, and every other input in short."""
    whose = f"stream {part.stream}" if part.stream else f"service {part.service}" if part.service else "the stack"
    return part.kind, part.name, whose, "yes" if part.protect else "no", ", ".join(_decided(part))


def _decided(part: Part) -> Iterator[str]:
    most = {limit.input: limit.characters for limit in part.limits}
    for name, value in part.inputs.items():
        if name in most:
            yield f"{name} {size_of(value):,} of {most[name]:,} characters"
        elif name not in _SAID:
            yield f"{name} {_short(value)}"


def _short(value: Value) -> str:
    match value:
        case None | "":
            return "none"
        case str() | Text() | Ref() | int() | float():
            text = str(value)
            return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        case Mapping():
            return " ".join(f"{key} {_short(item)}" for key, item in value.items())
    return f"({len(value)})" if len(value) > 1 else f"({' '.join(map(_short, value))})"
