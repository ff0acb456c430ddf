"""Standard output and error that no reader, disk or encoding can break."""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

from levee_infra.cli.failure import stopped

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_CLOSED: Final = OSError(errno.EBADF, os.strerror(errno.EBADF))


class _Descriptor(io.RawIOBase):
    """Writes until writing fails, and drops the rest: a deployment is not stopped midway because nobody can read on.

    `failure` is why something was dropped.
    """

    def __init__(self, descriptor: int, broken: OSError | None) -> None:
        self._descriptor = descriptor
        self._broken = broken
        self.failure: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        """Take all of the data."""
        written, view = 0, memoryview(data)
        while self._broken is None and written < len(view):
            try:
                written += os.write(self._descriptor, view[written:])
            except BlockingIOError:  # another process made the pipe non-blocking
                select.select([], [self._descriptor], [])
            except OSError as error:
                self._broken = error
        if written < len(view):
            self.failure = self._broken
        return len(view)

    def drop(self) -> None:
        """Write no more."""
        self._broken = OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))

    def writable(self) -> bool:
        """It is for nothing else."""
        return True

    def isatty(self) -> bool:
        """Whether a person may be reading."""
        return self._broken is None and os.isatty(self._descriptor)

    def fileno(self) -> int:
        """The descriptor: processes that are started write to it, too."""
        return self._descriptor


class Streams:
    """The standard streams of one run of a command."""

    def __init__(self) -> None:
        self._output = _steady("stdout", 1)
        _steady("stderr", 2)
        if sys.stdin is None:
            _occupy(0)
            sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - open as long as the process is

    def end(self, code: int) -> int:
        """Write what is left. The exit code: what was found keeps its own; where output is lost, success becomes 2.

        A reader that leaves early, as `| head` does, has what it wanted.
        """
        try:
            sys.stdout.flush()
        except KeyboardInterrupt as ended:  # the reader doesn't read
            code = stopped(ended)
            if self._output is not None:
                self._output.drop()
        failure = None if self._output is None else self._output.failure
        if failure is not None and failure.errno not in {errno.EPIPE, errno.ECANCELED}:
            sys.stderr.write(f"error: standard output can't be written: {failure.strerror}\n")
            code = code or 2
        sys.stderr.flush()
        return code


@contextmanager
def standard_streams() -> Iterator[Streams]:
    """Make the standard streams steady for one run. Streams that a caller put in their place stay as they are."""
    before = sys.stdin, sys.stdout, sys.stderr
    try:
        yield Streams()
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def _steady(name: str, descriptor: int) -> _Descriptor | None:
    """Put a steady stream in the place of one that is the process's own; characters it can't spell become escapes."""
    stream: TextIO | None = getattr(sys, name)
    if stream is not getattr(sys, f"__{name}__"):
        return None
    if stream is None:  # closed by who started levee: a file opened next would take its number
        _occupy(descriptor)
    raw = _Descriptor(descriptor, None if stream is not None else _CLOSED)
    encoding = "utf-8" if stream is None else stream.encoding
    text = io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding,
        errors="backslashreplace",
        newline="\n",
        line_buffering=name == "stderr" or raw.isatty(),
    )
    setattr(sys, name, text)
    return raw


def _occupy(descriptor: int) -> None:
    try:
        os.fstat(descriptor)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        if null != descriptor:
            os.dup2(null, descriptor)
            os.close(null)
