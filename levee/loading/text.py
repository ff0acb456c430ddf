"""The bytes of a stack file, taken only from a plain file of sane size, as text without hidden characters."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 4 * 1024 * 1024
# What YAML refuses (https://yaml.org/spec/1.2.2/#51-character-set), the line breaks that only YAML 1.1 knows, and the
# marks that make a line read otherwise than it is shown (bidirectional controls, CVE-2021-42574).
_HIDDEN: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


class UnreadableError(Exception):
    """A file that can't be used at all: what is wrong, what to do, and where, counted from 0."""

    def __init__(self, message: str, hint: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column


def read_text(path: Path) -> str:
    """The file's text, without a byte order mark. Raises UnreadableError."""
    try:
        text = _read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n")
        raise UnreadableError("the file is not UTF-8 text", "save it as UTF-8", line=line) from None
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


def _read_bytes(path: Path) -> bytes:
    try:
        # O_NOFOLLOW: a link could lead out of the project. O_NONBLOCK: opening a FIFO would wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return _content(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UnreadableError("the file is a symbolic link", "put the file itself here") from None
        raise UnreadableError(f"the file can't be read: {error.strerror}", "check that it is there and yours") from None


def _content(descriptor: int) -> bytes:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise UnreadableError("this is not a plain file", "stack files are plain files")
    with open(descriptor, "rb", closefd=False) as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"the file is larger than {MAX_BYTES // 2**20} MiB", "a stack file is a few lines long")
    return content
