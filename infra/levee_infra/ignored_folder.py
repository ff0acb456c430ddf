"""Folders that hold what is of this machine alone, passwords among it: git never takes them into a commit."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Final

LEVEES: Final = ".levee"
_OTHERS: Final = (".git", "stacks")
"""What a folder that is somebody's work has in it."""


def make_ignored(folder: Path, ours: tuple[str, ...] = ()) -> None:
    """Make `folder` and what lacks above it, for its owner only. Before anything else is in it, git ignores it.

    The `.levee/` that it lies in ignores itself, else the folder does, unless it holds files of others already: whose
    names end in none of `ours`. A `.gitignore` that is there stays as it is. Raises OSError, for the folder of a
    project or a repository too.
    """
    outer = next((each for each in (folder, *folder.parents) if each.name == LEVEES), folder)
    outer.mkdir(mode=0o700, parents=True, exist_ok=True)
    if outer.name != LEVEES and any((outer / name).exists() for name in _OTHERS):
        raise OSError(errno.ENOTEMPTY, "it is the folder of a project or a repository; choose one of its own", outer)
    if outer.name == LEVEES or all(entry.name.endswith(ours) for entry in outer.iterdir()):
        _ignore(outer)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _ignore(folder: Path) -> None:
    if os.path.lexists(folder / ".gitignore"):
        return
    handle, draft = tempfile.mkstemp(prefix=".gitignore-", dir=folder)
    try:
        with os.fdopen(handle, "w") as file:
            file.write("*\n")
        os.link(draft, folder / ".gitignore")  # whole, and never over one that came meanwhile
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
