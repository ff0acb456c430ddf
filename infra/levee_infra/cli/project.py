"""Which project a command is about."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from levee.diagnostics import LeveeError

STACKS: Final = "stacks"


def add_project_option(parser: argparse.ArgumentParser) -> None:
    """Give a command `--project`."""
    parser.add_argument(
        "--project",
        metavar="DIR",
        type=Path,
        help="the folder that holds stacks/ (default: this folder or the nearest one above that does)",
    )


def project_of(arguments: argparse.Namespace, paths: Sequence[Path] = ()) -> Path:
    """The project's folder, absolute: the one that is named, else the one of the paths, else this folder's.

    Raises LeveeError (exit 2) where there is none.
    """
    named: Path | None = arguments.project
    if named is not None:
        candidates = [absolute(named)]
    elif homes := sorted({home for path in paths if (home := _home(absolute(path))) is not None}):
        if len(homes) > 1:
            message = f"the paths are of several projects: {', '.join(map(str, homes))}"
            raise LeveeError(message, "run levee once for each, with --project", exit_code=2)
        return homes[0]
    else:
        nearest = nearest_project()
        candidates = [] if nearest is None else [nearest]
    for folder in candidates:
        if _is_folder(folder / STACKS):
            return folder
    where = f"{named} has no stacks/ folder" if named is not None else "no stacks/ folder here or above"
    raise LeveeError(where, "run levee inside a project, or name one: --project DIR", exit_code=2)


def nearest_project() -> Path | None:
    """The project of this folder, if it lies in one."""
    here = absolute(Path())
    return next((folder for folder in (here, *here.parents) if _is_folder(folder / STACKS)), None)


def _home(path: Path) -> Path | None:
    """The nearest project whose stacks/ folder is this path or holds it. A stack may be called stacks, too."""
    for folder in (path, *path.parents):
        if folder.name == STACKS and _is_folder(folder) and not (folder / "stack.yaml").exists():
            return folder.parent
    return None


def absolute(path: Path) -> Path:
    """The path from the root. Raises LeveeError (exit 2) where this folder is gone."""
    try:
        return path.absolute()
    except FileNotFoundError:
        hint = "go to a folder that is there, or name the project by its absolute path: --project DIR"
        raise LeveeError("the current folder is gone", hint, exit_code=2) from None


def _is_folder(path: Path) -> bool:
    """Whether it is one. Raises LeveeError (exit 2) where the system refuses to tell: unreadable isn't missing."""
    try:
        return path.is_dir()
    except OSError as error:
        hint = "check that it is a folder and may be read"
        raise LeveeError(f"{path}: {error.strerror}", hint, exit_code=2) from None
