"""Where in a file a single character of a YAML text stands, however the text is quoted, folded and indented."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from levee.loading.text import line_starts
from levee.loading.tree import Place, Scalar

_BLANK: Final = " \t\r\n"
_ESCAPE_LENGTH: Final = {"x": 4, "u": 6, "U": 10}


def place_inside(text: str, scalar: Scalar, offset: int) -> Place:
    """The place of the scalar's character at `offset`, or of its end."""
    starts = [*line_starts(text), len(text)]
    begin, end = (starts[mark.line] + mark.column for mark in scalar.span)
    at = begin + _index(text[begin:end], scalar.text, offset)
    line = bisect_right(starts, at, hi=len(starts) - 1) - 1
    return Place(line, at - starts[line])


def _index(raw: str, value: str, offset: int) -> int:
    """What isn't blank stands in `raw` in the order of `value`, whatever YAML makes of the blanks between."""
    at = raw.find("\n") + 1 if raw[:1] in {"|", ">"} else 1 if raw[:1] in {"'", '"'} else 0
    for character in value[:offset]:
        at = _skip(raw, at, character)
        at += _length(raw, at, character)
    return _skip(raw, at, value[offset : offset + 1])


def _skip(raw: str, at: int, character: str) -> int:
    """The index where a character of the value stands: after blanks that YAML drops, and lines that go on by `\\`."""
    while True:
        if raw[0] == '"' and raw[at : at + 1] == "\\" and raw[at + 1 : at + 2] in {"\r", "\n"}:
            at += 1
        elif not (raw[at : at + 1] in _BLANK and at < len(raw)) or not character or character in _BLANK:
            return at
        while raw[at : at + 1] in _BLANK and at < len(raw):
            at += 1


def _length(raw: str, at: int, character: str) -> int:
    """How many characters write this one."""
    if raw[0] == '"' and raw[at : at + 1] == "\\":
        return _ESCAPE_LENGTH.get(raw[at + 1 : at + 2], 2)
    if raw[0] == "'" and character == "'":
        return 2
    return 0 if character in _BLANK and raw[at : at + 1] not in _BLANK else 1
