"""A fault of levee's own: one line for its user, and where it happened for its developer.

An exception that nobody foresaw may quote any value, a password too. So neither its text nor a source line is told or
kept: only its type, and in a file of mode 0600 the places it came through.
"""

from __future__ import annotations

import contextlib
import os
import platform
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from levee import __version__

KEPT_IN: Final = ".levee"
FILE: Final = "fault.txt"


def fault(error: BaseException, start: Path | None = None) -> str:
    """The line. The file is that of the nearest `.levee/` at or above `start` (this folder), where there is one."""
    line = f"a fault in levee: {type(error).__name__}; please report it"
    kept = _keep(error, start or Path.cwd())
    return f"{line}, with {kept}" if kept else line


def _keep(error: BaseException, start: Path) -> Path | None:
    with contextlib.suppress(OSError):
        folder = next((each / KEPT_IN for each in (start, *start.parents) if (each / KEPT_IN).is_dir()), None)
        if folder is not None:
            handle, written = tempfile.mkstemp(prefix=".fault-", dir=folder)  # mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write("".join(f"{line}\n" for line in places(error)))
            Path(written).replace(folder / FILE)
            return folder / FILE
    return None


def places(error: BaseException) -> Iterator[str]:
    """The types and places of an error and of those that it came from: no text of theirs, and no source line."""
    yield f"levee {__version__}, Python {platform.python_version()}, {platform.system()}"
    met: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in met:
        met.add(id(link))
        yield type(link).__name__
        for frame in traceback.extract_tb(link.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        link = link.__cause__ or link.__context__
