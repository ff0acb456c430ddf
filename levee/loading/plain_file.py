"""What a file holds that somebody named: read only from a plain file, never for ever, and never quoted in an error.

A pipe would be waited for, a device read without end, and a parser's own error may quote what is a password. So every
file that a user can name goes through here.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
_KINDS: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


class UnreadableError(Exception):
    """A file that can't be used at all: what is wrong, what to do, and where, counted from 0."""

    def __init__(self, message: str, hint: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column


def read_plain(path: Path, most: int, *, follow: bool = True) -> bytes:
    """The content of a plain file of at most `most` bytes. Raises UnreadableError.

    `follow`: also where a symbolic link leads, as secrets are mounted; else a link is refused, for it could lead out of
    the project.
    """
    try:
        require_plain(path.stat(follow_symlinks=follow))  # a device is not even opened
        # O_NONBLOCK: what was put there in between may be a pipe.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        descriptor = os.open(path, flags)
        try:
            return content(descriptor, most)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unreadable(path, error) from None
    except ValueError:  # a NUL in the name
        raise UnreadableError("no file can have this name", "correct the path") from None


def read_plain_text(path: Path, most: int) -> str:
    """The same as UTF-8 text. Raises UnreadableError."""
    return text_of(read_plain(path, most))


def text_of(data: bytes) -> str:
    """The bytes as UTF-8 text, without a byte order mark. Raises UnreadableError, which tells the place and no byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start)
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8-sig"))
    raise UnreadableError("the file is not UTF-8 text", "save it as UTF-8", line=line, column=column)


def content(descriptor: int, most: int) -> bytes:
    """What an open plain file holds, at most `most` bytes. Raises UnreadableError, and OSError from reading."""
    require_plain(os.fstat(descriptor))
    with open(descriptor, "rb", closefd=False) as file:
        data = file.read(most + 1)
    if len(data) > most:
        size = f"{most // MIB} MiB" if most >= MIB else f"{most // KIB} KiB"
        raise UnreadableError(f"the file is larger than {size}", "check that it is the file you mean")
    return data


def require_plain(status: os.stat_result) -> None:
    """Raise UnreadableError for what is no plain file."""
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFLNK:
        raise UnreadableError("the file is a symbolic link", "put the file itself here")
    if kind != stat.S_IFREG:
        what = _KINDS.get(kind, "something else")
        raise UnreadableError(f"this is not a plain file but {what}", "name a plain file, or put one there")


def _unreadable(path: Path, error: OSError) -> UnreadableError:
    if error.errno == errno.ELOOP:
        return UnreadableError("the file is a symbolic link that leads to no file", "put the file itself there")
    if error.errno == errno.ENOENT and path.is_symlink():
        return UnreadableError("the file is a symbolic link to nothing", "put the file itself there")
    return UnreadableError(f"the file can't be read: {error.strerror}", "check that it is there and yours")
