"""The git repository that a project lies in."""

from __future__ import annotations

from pathlib import Path


def repository_of(project: Path) -> Path | None:
    """The root of the repository's work tree; None where the project lies in none.

    `.git` is a folder, or a file in a work tree of its own or a submodule. Git isn't asked: it may not be installed.
    """
    home = project.resolve()
    return next((folder for folder in (home, *home.parents) if (folder / ".git").exists()), None)


def path_in_repository(project: Path) -> str:
    """What leads from the repository's root to the project: nothing, or a path that ends in a slash."""
    root = repository_of(project)
    inside = None if root is None else project.resolve().relative_to(root).as_posix()
    return "" if inside in {None, "."} else f"{inside}/"
