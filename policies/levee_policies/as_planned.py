"""Whether what is registered is what a plan decided."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from levee.plan.part import Part, Ref, Text, Value, refs_in
from levee.plan.registered import Registered
from levee.plan.unknown import Unknown, UnknownValueError, unknown

APPROVAL: Final = "acknowledgedIds"
"""Approves of one thing made anew, and stays recorded as it was when that was done: no decision of the plan."""

Outputs = Mapping[tuple[str, str, str], str]
"""The outputs of parts that are known, by type, name and output."""


def differing_inputs(part: Part, registered: Registered, made: Outputs) -> Iterator[str]:
    """The inputs that aren't as the plan has them.

    One that refers to a part which isn't made yet may be unknown, and is judged once that is made. Raises
    UnknownValueError where another isn't known.
    """
    said = registered.everything
    for name, planned in {**part.defaults, **part.inputs}.items():
        given = said.get(name, part.defaults.get(name))
        if name != APPROVAL and not _is(planned, given, f"{name} of {part.kind} {part.name}", made):
            yield name


def outputs_of(parts: Iterable[Registered]) -> Outputs:
    """What is known of the parts' outputs."""
    return {(each.type, each.name, "arn"): arn for each in parts if isinstance(arn := each.everything.get("arn"), str)}


def _is(planned: Value, given: Any, what: str, made: Outputs) -> bool:
    if isinstance(given, Unknown):
        if next(refs_in(planned), None) is None:
            raise UnknownValueError(what)
        return True
    match planned:
        case Ref() | Text():
            return isinstance(given, str) and _pattern(planned, made).fullmatch(given) is not None
        case Mapping():
            return (
                isinstance(given, Mapping)
                and planned.keys() == given.keys()
                and all(_is(item, given[key], f"{key} in {what}", made) for key, item in planned.items())
            )
        case list() | tuple():
            return isinstance(given, list | tuple) and _same(planned, given, what, made)
        case bool() | None:
            return given is planned
    return not isinstance(given, bool) and planned == given


def _same(planned: Sequence[Value], given: Sequence[Any], what: str, made: Outputs) -> bool:
    """Whether two lists hold the same: their order means nothing to the platform."""
    if any(isinstance(each, Unknown) for each in given):
        return all(_is(item, unknown(what), what, made) for item in planned)
    if len(planned) != len(given):
        return False
    tail = max((each.made_up for each in planned if isinstance(each, Ref)), default=0)
    left, right = sorted(planned, key=_order), sorted(given, key=lambda each: _order(each, tail))
    return all(_is(item, each, what, made) for item, each in zip(left, right, strict=True))


def _order(value: Any, tail: int = 0) -> str:
    """By what sorts the same in a plan and made: an output without the characters that the platform makes up."""
    if isinstance(value, Ref):
        return value.head
    return value[: len(value) - tail] if isinstance(value, str) else json.dumps(value, sort_keys=True, default=repr)


def _pattern(planned: Ref | Text, made: Outputs) -> re.Pattern[str]:
    pieces = (planned,) if isinstance(planned, Ref) else planned.pieces
    return re.compile("".join(_piece(each, made) for each in pieces))


def _piece(piece: str | Ref, made: Outputs) -> str:
    if isinstance(piece, str):
        return re.escape(piece)
    known = made.get((piece.type, piece.name, piece.output))
    if known is not None:
        return re.escape(known)
    return f"{re.escape(piece.head)}[A-Za-z0-9-]{{{piece.made_up}}}"
