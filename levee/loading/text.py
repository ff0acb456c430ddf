"""The bytes of a stack file, taken only from a plain file of sane size, as text without hidden characters."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from levee.loading.plain_file import MIB, UnreadableError, read_plain, text_of

MAX_BYTES: Final = 4 * MIB
# What YAML refuses (https://yaml.org/spec/1.2.2/#51-character-set), the line breaks that only YAML 1.1 knows, and the
# marks that make a line read otherwise than it is shown (bidirectional controls, CVE-2021-42574).
_HIDDEN: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


def read_text(path: Path) -> str:
    """The file's text, without a byte order mark. Raises UnreadableError."""
    text = text_of(read_plain(path, MAX_BYTES, follow=False))
    hidden = _HIDDEN.search(text)
    if hidden is not None:
        lines = split_lines(text[: hidden.start()])
        message = f"the character U+{ord(hidden[0]):04X} is hidden or has no place in YAML"
        raise UnreadableError(message, "remove it", line=len(lines) - 1, column=len(lines[-1]))
    return text


def split_lines(text: str) -> list[str]:
    """The lines as YAML counts them; at least one."""
    return _LINE_BREAK.split(text)


def line_starts(text: str) -> list[int]:
    """Where each of the lines begins."""
    return [0, *(line_break.end() for line_break in _LINE_BREAK.finditer(text))]
