"""A user's project, written into an empty folder from the template that is part of this package."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from levee import __version__
from levee.diagnostics import LeveeError
from levee.loading.project_name import LONGEST, is_project_name

BESIDE: Final = frozenset({".git", ".venv"})
"""What may lie in the folder already: nothing of the template is called so."""
_DOTTED: Final = frozenset({"github", "gitignore"})  # hidden files don't get into every kind of package
_NOT_OF_IT: Final = "__pycache__"


def write_project(folder: Path, name: str | None = None) -> list[str]:
    """Write the project and answer its files, as paths below the folder.

    `folder` is absolute, `name` the project's name in Pulumi: by default the folder's.

    Raises LeveeError (exit 2) where the folder holds anything, or can't be written: then nothing stays that was.
    """
    project = _name(folder, name)
    _require_empty(folder)
    texts = {path: _filled(text, project) for path, text in _template(files("levee_infra") / "template")}
    made: list[Path] = []
    try:
        for path, text in sorted(texts.items()):
            _make_folder((folder / path).parent, made)
            with (folder / path).open("x", encoding="utf-8", newline="\n") as file:
                made.append(folder / path)
                file.write(text)
    except OSError as error:
        _undo(made)
        at = Path(error.filename or folder)
        why = "is a symbolic link to nothing" if at.is_symlink() and not at.exists() else error.strerror
        message = f"{at}: {why}; nothing was written"
        raise LeveeError(message, "name a folder that can be written: levee init DIR", exit_code=2) from None
    except BaseException:
        _undo(made)
        raise
    return sorted(texts)


def _name(folder: Path, name: str | None) -> str:
    found = re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.resolve().name).strip("-.")[:LONGEST] if name is None else name
    if not is_project_name(found):
        message = f"{found!r} can't be a project's name"
        raise LeveeError(message, f"write --name with at most {LONGEST} of A-Z a-z 0-9 . _ -", exit_code=2)
    return found


def _require_empty(folder: Path) -> None:
    try:
        with os.scandir(folder) as listed:
            held = sorted(entry.name for entry in listed if entry.name not in BESIDE)
    except FileNotFoundError:
        return
    except OSError as error:
        raise LeveeError(f"{folder}: {error.strerror}", "name a folder: levee init DIR", exit_code=2) from None
    if held:
        more = f" and {len(held) - 1:,} more" if len(held) > 1 else ""
        message = f"{folder} isn't empty: it holds {held[0]}{more}; nothing was written"
        raise LeveeError(message, "name a new folder: levee init DIR", exit_code=2)


def _template(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        path = f"{above}.{entry.name}" if entry.name in _DOTTED else f"{above}{entry.name}"
        if entry.name == _NOT_OF_IT:
            continue
        if entry.is_dir():
            yield from _template(entry, f"{path}/")
        else:
            yield path, entry.read_text(encoding="utf-8")


def _filled(text: str, project: str) -> str:
    return text.replace("@project@", project).replace("@version@", __version__)


def _make_folder(folder: Path, made: list[Path]) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent, made)
        folder.mkdir()
        made.append(folder)


def _undo(made: list[Path]) -> None:
    """Remove what was made, the newest first; a folder into which somebody else put something stays."""
    for path in reversed(made):
        with contextlib.suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()
