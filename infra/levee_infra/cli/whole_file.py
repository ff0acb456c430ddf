"""Files that a command writes: whole or not at all, and never over what it reads."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Self

from levee.diagnostics import LeveeError
from levee.loading.repository import repository_of

_OF_INPUTS: Final = frozenset({".yaml", ".yml"})  # stack files, waivers, Pulumi.yaml: no output is written as YAML
_FOLDERS: Final = ("stacks", ".levee", ".git")
_MODE: Final = 0o644
_ATTEMPTS: Final = 10  # another run may write the same file at the same time


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file that is written when all is known. Until then there is none: an earlier run's doesn't outlive this one."""

    path: Path

    @classmethod
    def claim(cls, path: Path, project: Path | None, inputs: Sequence[Path] = ()) -> Self:
        """The file, what had its name removed. `project` is the one in hand, where one was found.

        Raises LeveeError (exit 2), nothing removed, where the name is an input's, or that of a link, a folder, a device
        or a pipe.
        """
        refuse_input(path, project, inputs)
        try:
            file = path.parent.resolve(strict=True) / path.name
            if _is_plain(file, path):
                file.unlink()
        except OSError as error:
            raise _unwritable(path, error.strerror) from None
        return cls(file)

    def write(self, text: str, *, mode: int = _MODE) -> None:
        """Write the file, readable by everyone unless `mode` says otherwise. Raises LeveeError (exit 2)."""
        data = text.encode("utf-8", "backslashreplace")
        try:
            if not self._linked(data, mode):
                self._renamed(data, mode)
        except OSError as error:
            raise _unwritable(self.path, error.strerror) from None

    def _linked(self, data: bytes, mode: int) -> bool:
        """Write a file that has no name before it is whole: whatever ends the run leaves none behind."""
        try:
            descriptor = os.open(self.path.parent, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, mode)
        except (OSError, AttributeError):  # not every file system and not every kernel has it
            return False
        with os.fdopen(descriptor, "wb") as file:
            _fill(file.fileno(), data, mode)
            for _ in range(_ATTEMPTS):
                try:
                    _name(file.fileno(), self.path)
                except FileExistsError:
                    _is_plain(self.path, self.path)
                    self.path.unlink(missing_ok=True)
                except OSError:
                    return False
                else:
                    return True
        return False

    def _renamed(self, data: bytes, mode: int) -> None:
        with NamedTemporaryFile(dir=self.path.parent, prefix=".levee-", delete=False) as file:
            try:
                _fill(file.fileno(), data, mode)
                _is_plain(self.path, self.path)
                Path(file.name).replace(self.path)
            except BaseException:
                with suppress(OSError):
                    Path(file.name).unlink()
                raise


def refuse_input(path: Path, project: Path | None, inputs: Sequence[Path] = ()) -> None:
    """Raise LeveeError (exit 2) where something that levee reads lies, or would lie, at this path."""
    try:
        file = path.parent.resolve() / path.name
        read = [other.resolve() for other in inputs]
        homes = [] if project is None else [project, repository_of(project) or project]
        kept = [(home / name).resolve() for home in homes for name in _FOLDERS]
    except OSError as error:
        raise _unwritable(path, error.strerror) from None
    except RuntimeError:  # pathlib's for links that lead round in a circle
        raise _unwritable(path, os.strerror(errno.ELOOP)) from None
    is_inside = any(file.is_relative_to(folder) for folder in kept)
    if is_inside or file in read or path.suffix.lower() in _OF_INPUTS:
        message = f"{path} is not written: levee's inputs have such names or lie there"
        raise LeveeError(message, "name a file beside stacks/, not one in it, and none that ends in .yaml", exit_code=2)


def _is_plain(file: Path, shown: Path) -> bool:
    """Whether a plain file has the name already. Raises LeveeError where something else has."""
    if not file.name:
        raise LeveeError(f"{shown} is a folder", "name a file in it", exit_code=2)
    try:
        mode = file.lstat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISREG(mode):
        return True
    kind = "a folder" if stat.S_ISDIR(mode) else "a symbolic link" if stat.S_ISLNK(mode) else "a device or a pipe"
    hint = "name a plain file, or one that isn't there yet; without --output the report goes to standard output"
    raise LeveeError(f"{shown} can't be written: it is {kind}", hint, exit_code=2)


def _fill(descriptor: int, data: bytes, mode: int) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fchmod(descriptor, mode)
    os.fsync(descriptor)


def _name(descriptor: int, path: Path) -> None:
    """Give a nameless file its name. Raises FileExistsError."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.link(f"/proc/self/fd/{descriptor}", path.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _unwritable(path: Path, why: str | None) -> LeveeError:
    hint = "name a file in a folder that is there and may be written"
    return LeveeError(f"{path} can't be written: {why}", hint, exit_code=2)
