"""Colour for a person at a terminal: laid over lines that are complete and escaped without it.

None where nobody looks: no terminal, a terminal that can't (TERM=dumb), or one whose owner doesn't want it (NO_COLOR,
https://no-color.org).
"""

from __future__ import annotations

import os
import re
from typing import Final, TextIO

_RESET: Final = "\x1b[0m"
_RED, _GREEN, _YELLOW, _CYAN = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"
_BOLD_RED: Final = "\x1b[1;31m"
_STYLES: Final = (
    (re.compile(r"\+ .*"), _GREEN),
    (re.compile(r"~ .*"), _YELLOW),
    (re.compile(r"- .*"), _RED),
    (re.compile(r"! .*"), _BOLD_RED),
    (re.compile(r"= .*"), _CYAN),
    (re.compile(r"error(?:\[[^\]]*\]|(?=:))"), _BOLD_RED),
    (re.compile(r"warning(?:\[[^\]]*\]|(?=:))"), _YELLOW),
    (re.compile(r"note\[[^\]]*\]"), _CYAN),
    (re.compile(r"Proved(?=:)"), _GREEN),
    (re.compile(r"NOT PROVED(?=:)"), _BOLD_RED),
)
"""By how a line begins, and what of it is coloured."""
_CELL: Final = re.compile(r"\b(?:SURPRISE|UNKNOWN)\b")


def is_coloured(stream: TextIO) -> bool:
    """Whether a person looks at the stream and takes colour."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") not in {"", "dumb"}


def coloured(text: str, stream: TextIO) -> str:
    """The text as it is written to the stream."""
    if not is_coloured(stream):
        return text
    return "".join(map(_line, text.splitlines(keepends=True)))


def _line(line: str) -> str:
    for form, colour in _STYLES:
        if found := form.match(line):
            return f"{colour}{found[0]}{_RESET}{line[found.end() :]}"
    return _CELL.sub(rf"{_BOLD_RED}\g<0>{_RESET}", line)
