"""One line that says how far a long command is."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Final, Self, TextIO

from levee.diagnostics.text import one_line

LINE_EVERY_S: Final = 10.0
ERASE: Final = "\r\x1b[K"


class Progress:
    """On a terminal a line that is written over and erased at the end; in a log a line now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._next = time.monotonic() + LINE_EVERY_S

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_terminal:
            self._write(ERASE)

    def show(self, text: str) -> None:
        """Say it, unless it comes too soon for a log."""
        if self._is_terminal:
            self._write(f"{ERASE}{one_line(text)}")
        elif time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_EVERY_S
            self._write(f"{one_line(text)}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
