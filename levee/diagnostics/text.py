"""Diagnostics as text for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from unicodedata import east_asian_width

from levee.diagnostics.diagnostic import Diagnostic
from levee.diagnostics.location import Location

MAX_EXCERPT_COLUMNS = 160
_BEFORE = 60  # columns kept in front of a place that lies beyond those
_CUT = "…"
_WIDTHS = {"W": 2, "F": 2}


def render_text(diagnostics: Iterable[Diagnostic]) -> str:
    """The diagnostics, a blank line between them; each: headline, place, offending lines, help."""
    return "\n".join(_one(diagnostic) for diagnostic in diagnostics)


def _one(diagnostic: Diagnostic) -> str:
    lines = [f"{diagnostic.level}[{diagnostic.id}] {one_line(diagnostic.message)}"]
    if diagnostic.location is not None:
        lines.append(f"  --> {one_line(str(diagnostic.location))}")
        lines.extend(_excerpt(diagnostic.location, diagnostic.excerpt))
    if diagnostic.help:
        lines.append(f"  help: {one_line(diagnostic.help)}")
    return "\n".join(lines) + "\n"


def _excerpt(location: Location, excerpt: tuple[str, ...]) -> list[str]:
    last = location.line + len(excerpt) - 1
    texts = [one_line(window(text, location)) for text in excerpt]
    if len(excerpt) == 1:
        texts = list(_pointed_at(excerpt[0], location))
    numbers = [str(number) for number in range(location.line, last + 1)]
    return [f"  {number:>{len(str(last))}} | {text}" for number, text in zip_longest(numbers, texts, fillvalue="")]


def _pointed_at(line: str, location: Location) -> tuple[str, str]:
    """The part of a line around the place, and the marks to stand below it."""
    start = location.column - 1
    end = location.end_column - 1 if location.end_line == location.line else start + 1
    first = _first(line, location)
    last = first + MAX_EXCERPT_COLUMNS
    before = one_line(line[first : min(start, last)])
    marked = one_line(line[start : min(end, last)])
    cut = _CUT if first else ""
    return one_line(window(line, location)), " " * (len(cut) + _columns(before)) + "^" * max(1, _columns(marked))


def window(line: str, location: Location) -> str:
    """The part of a very long line that is shown: around the place, with marks where it is cut."""
    first = _first(line, location)
    last = first + MAX_EXCERPT_COLUMNS
    shown = line[first:last] if last >= len(line) else f"{line[first : last - 1]}{_CUT}"
    return f"{_CUT}{shown}" if first else shown


def _first(line: str, location: Location) -> int:
    start = location.column - 1
    end = location.end_column - 1 if location.end_line == location.line else start + 1
    return 0 if end <= MAX_EXCERPT_COLUMNS or len(line) <= MAX_EXCERPT_COLUMNS else max(0, start - _BEFORE)


def _columns(text: str) -> int:
    """How many columns a terminal gives the text."""
    return sum(_WIDTHS.get(east_asian_width(character), 1) for character in text)


def one_line(text: str) -> str:
    """The text on one line, without what could act on a terminal."""
    return printable(text).replace("\n", "\\n")


def printable(text: str) -> str:
    """The text without what could act on a terminal: control characters and bidirectional marks become escapes."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable() or character in "\n"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
