"""Diagnostics as text for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterable

from levee.diagnostics.diagnostic import Diagnostic
from levee.diagnostics.location import Location

MAX_EXCERPT_COLUMNS = 160


def render_text(diagnostics: Iterable[Diagnostic]) -> str:
    """The diagnostics, a blank line between them; each: headline, place, offending lines, help."""
    return "\n".join(_one(diagnostic) for diagnostic in diagnostics)


def _one(diagnostic: Diagnostic) -> str:
    lines = [f"{diagnostic.level}[{diagnostic.id}] {printable(diagnostic.message)}"]
    if diagnostic.location is not None:
        lines.append(f"  --> {printable(str(diagnostic.location))}")
        lines.extend(_excerpt(diagnostic.location, diagnostic.excerpt))
    if diagnostic.help:
        lines.append(f"  help: {printable(diagnostic.help)}")
    return "\n".join(lines) + "\n"


def _excerpt(location: Location, excerpt: tuple[str, ...]) -> list[str]:
    width = len(str(location.line + max(len(excerpt) - 1, 0)))
    lines = [
        f"  {location.line + offset:>{width}} | {printable(text)[:MAX_EXCERPT_COLUMNS]}"
        for offset, text in enumerate(excerpt)
    ]
    if len(excerpt) == 1 and location.column <= MAX_EXCERPT_COLUMNS:
        last = location.end_column if location.end_line == location.line else location.column + 1
        span = max(1, min(last, MAX_EXCERPT_COLUMNS + 1) - location.column)
        lines.append(f"  {'':>{width}} | {' ' * (location.column - 1)}{'^' * span}")
    return lines


def printable(text: str) -> str:
    """The text without what could act on a terminal: control characters and bidirectional marks become escapes."""
    return "".join(
        character
        if character.isprintable() or character in "\n"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
