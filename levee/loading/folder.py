"""Which files make up a stack, and which lie where a stack file should be but can't be one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from levee.diagnostics import Diagnostic, LeveeError, Location
from levee.loading.plain_file import UnreadableError, require_plain
from levee.loading.suggestion import Vocabulary, listing
from levee.model.name import key_problem

STACKS: Final = "stacks"
CLASSES: Final = f"{STACKS}/classes.yaml"
_SUFFIX: Final = ".yaml"
_ALIKE: Final = (".yaml", ".yml", ".json")
SHARED: Final = ("classes.yaml", "conventions.yaml", "sites.yaml", "waivers.yaml")
_STACK_ALIKE: Final = frozenset(f"stack{suffix}" for suffix in _ALIKE)


@dataclass(frozen=True, slots=True)
class StackFolder:
    """The files of one stack as paths below the project; `stream_files` by stream key, in order."""

    stack_file: str
    stream_files: dict[str, str]
    diagnostics: tuple[Diagnostic, ...]


def stacks(project: Path) -> tuple[str, ...]:
    """The names of the stacks that the project declares, in order. Raises LeveeError where they can't be listed."""
    names = (entry.name for entry in _entries(project, STACKS) if entry.is_dir(follow_symlinks=False))
    return tuple(
        name for name in names if key_problem(name) is None and _is_there(project / STACKS / name / "stack.yaml")
    )


def find(project: Path, name: str) -> StackFolder:
    """The files of the stack. Raises LeveeError (exit 2) where there is no such stack or its folders can't be used."""
    problem = key_problem(name)
    if problem is not None:
        raise LeveeError(f"{name!r} is not a stack's name: it {problem}", _existing(project, name), exit_code=2)
    folder = f"{STACKS}/{name}"
    _refuse_links(project, STACKS, folder, f"{folder}/streams")
    if not _is_there(project / folder / "stack.yaml"):
        hint = _existing(project, name)
        raise LeveeError(f"there is no stack {name}: {folder}/stack.yaml is missing", hint, exit_code=2)
    strays = list(_strays_beside_stack_file(project, folder))
    streams: dict[str, str] = {}
    for entry in _stream_entries(project, f"{folder}/streams"):
        file = f"{folder}/streams/{entry.name}"
        key = entry.name.removesuffix(_SUFFIX)
        stray = _stream_file_problem(entry, key)
        if stray is None:
            streams[key] = file
        else:
            strays.append(Diagnostic("stray-file", *stray, Location(file)))
    return StackFolder(f"{folder}/stack.yaml", dict(sorted(streams.items())), tuple(strays))


def strays(project: Path) -> tuple[Diagnostic, ...]:
    """What lies directly in stacks/ and is read by nothing: a stack that nobody would check, a file that says nothing.

    Raises LeveeError where the folder can't be listed.
    """
    found = ((entry, _problem_in_stacks(project, entry)) for entry in _entries(project, STACKS))
    return tuple(
        Diagnostic("stray-file", *problem, Location(f"{STACKS}/{entry.name}")) for entry, problem in found if problem
    )


def _problem_in_stacks(project: Path, entry: os.DirEntry[str]) -> tuple[str, str] | None:
    name = entry.name
    if name in SHARED or _of_pulumi(name) or _is_editors(name):
        return None
    if entry.is_symlink():
        return "this is a symbolic link", "put the folder itself here: a link could lead out of the project"
    if entry.is_dir(follow_symlinks=False):
        return _problem_of_stack(project, name)
    near = Vocabulary(SHARED).nearest(name.lower()) if name.lower().endswith(_ALIKE) else None
    if near is not None:
        return "levee reads no such file", f"name it {near}, if that is what it is"
    hint = f"here lie a folder for each stack, {', '.join(SHARED)} and Pulumi.<stack>.yaml; move it elsewhere"
    return "levee reads no such file", hint


def _problem_of_stack(project: Path, name: str) -> tuple[str, str] | None:
    problem = key_problem(name)
    if problem is not None:
        return f"the stack's name {name!r} {problem}", "rename the folder: its name is the stack's"
    folder = f"{STACKS}/{name}"
    if _is_there(project / folder / "stack.yaml"):
        return None
    alike = [each.name for each in _entries(project, folder) if each.name.lower() in _STACK_ALIKE]
    if alike:
        return f"a stack's file is called stack.yaml, not {alike[0]}", f"rename it to {folder}/stack.yaml"
    return "this folder is no stack: it has no stack.yaml", f"write {folder}/stack.yaml, or move the folder elsewhere"


def _of_pulumi(name: str) -> bool:
    """Whether Pulumi keeps a stack's configuration in it (stackConfigDir of Pulumi.yaml)."""
    return name.startswith("Pulumi.") and name.endswith(_ALIKE)


def _existing(project: Path, name: str) -> str:
    names = stacks(project)
    if not names:
        return f"declare one in {STACKS}/<name>/stack.yaml"
    near = Vocabulary(names).suggest(name.rstrip("/").rpartition("/")[2])
    return f"{near} stacks here: {listing(names)}".strip()


def _refuse_links(project: Path, *folders: str) -> None:
    for folder in folders:
        if (project / folder).is_symlink():
            hint = "put the folder itself there: a link could lead out of the project"
            raise LeveeError(f"{folder} is a symbolic link", hint, exit_code=2)


def _strays_beside_stack_file(project: Path, folder: str) -> Iterator[Diagnostic]:
    for entry in _entries(project, folder):
        name = entry.name
        is_plain = entry.is_file(follow_symlinks=False) and not name.lower().endswith(_ALIKE)
        if name in {"stack.yaml", "streams"} or _is_editors(name) or is_plain:
            continue
        message = "levee reads no such file or folder here"
        hint = f"stream files lie in {folder}/streams/ and end in .yaml; the stack's own file is stack.yaml"
        yield Diagnostic("stray-file", message, hint, Location(f"{folder}/{name}"))


def _stream_entries(project: Path, folder: str) -> Iterator[os.DirEntry[str]]:
    if _is_there(project / folder):
        yield from (entry for entry in _entries(project, folder) if not _is_editors(entry.name))


def _stream_file_problem(entry: os.DirEntry[str], key: str) -> tuple[str, str] | None:
    try:
        require_plain(entry.stat(follow_symlinks=False))
    except UnreadableError as error:
        is_folder = entry.is_dir(follow_symlinks=False)
        return error.message, "put the stream files themselves here" if is_folder else error.hint
    except OSError as error:
        return f"the file can't be read: {error.strerror}", "check that it is there and yours"
    if not entry.name.endswith(_SUFFIX):
        return "this is not a stream file", "name it <stream>.yaml, or move it out of the folder"
    problem = key_problem(key)
    if problem is not None:
        return f"the stream's key {key!r} {problem}", "rename the file: its name without .yaml is the stream's key"
    return None


def _is_editors(name: str) -> bool:
    """Whether an editor or a file manager left it. A hidden stream file is not that: somebody may think it counts."""
    if name.startswith("."):
        return not name.lower().endswith(_ALIKE)
    return name.endswith("~") or (name.startswith("#") and name.endswith("#"))


def _is_there(path: Path) -> bool:
    """Whether something has this name, be it a link that leads nowhere."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # reading it will say why not
    return True


def _entries(project: Path, folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(project / folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        hint = "check that it is a folder and may be read"
        raise LeveeError(f"{folder}/ can't be listed: {error.strerror}", hint, exit_code=2) from None
