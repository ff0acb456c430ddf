"""Which project a command is about."""

from __future__ import annotations

import argparse
from pathlib import Path

from levee.diagnostics import LeveeError


def add_project_option(parser: argparse.ArgumentParser) -> None:
    """Give a command `--project`."""
    parser.add_argument(
        "--project",
        metavar="DIR",
        type=Path,
        help="the folder that holds stacks/ (default: this folder or the nearest one above that does)",
    )


def project_of(arguments: argparse.Namespace) -> Path:
    """The project's folder, absolute. Raises LeveeError (exit 2) where there is none."""
    named: Path | None = arguments.project
    candidates = [named.absolute()] if named is not None else [Path.cwd(), *Path.cwd().parents]
    for folder in candidates:
        if (folder / "stacks").is_dir():
            return folder
    where = f"{named} has no stacks/ folder" if named is not None else "no stacks/ folder here or above"
    raise LeveeError(where, "run levee inside a project, or name one: --project DIR", exit_code=2)
