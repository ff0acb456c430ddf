"""A directory that only its owner can enter, and files in it that only their owner can read.

Names are opened relative to the open directory and without following links, so nothing can be swapped between
a check and its use. What isn't safe is refused, never repaired: somebody may have read it already.
"""

import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import Final, Self

from levee.loading.plain_file import UnreadableError, content, require_plain, text_of
from levee_infra.ignored_folder import make_ignored
from levee_infra.providers.protocol.failures import FailedError, RefusedError, refused

PROPERTY: Final = "secretStore.directory"
OF_A_STORE: Final = (".properties", "ca.pem", ".new")
"""How the names of a store's files end, those of an interrupted write among them."""

LARGEST_FILE: Final = 65_536
"""Bytes that are read of a file; a settings file has a few hundred."""


class PrivateDirectory:
    """An open directory of mode 0700, a context manager. File names are plain names, never paths.

    Every method raises RefusedError where something unsafe stands in the way.
    """

    def __init__(self, path: Path) -> None:
        """Open an existing directory. Raises FileNotFoundError if there is none."""
        self.path = path
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise
        except OSError as error:
            kind = "is a link or a file" if error.errno in {errno.ENOTDIR, errno.ELOOP} else "can't be opened"
            raise refused(PROPERTY, f"{path} {kind}; it must be a directory of your own") from None
        try:
            _refuse_unsafe(os.fstat(self._descriptor), path, "chmod 700")
        except RefusedError:
            self.close()
            raise

    @classmethod
    def create(cls, path: Path) -> Self:
        """Open a directory, making it and those above it where they are missing, ignored by git. Raises FailedError."""
        try:
            make_ignored(path, ours=OF_A_STORE)
        except FileExistsError:
            pass  # a link or a file: opening it tells which
        except OSError as error:
            raise FailedError(f"the secret store {path} can't be made: {error.strerror}") from None
        return cls(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the directory."""
        os.close(self._descriptor)

    def read(self, name: str) -> str | None:
        """Return a file's text, None if there is no such file."""
        # O_NONBLOCK: a named pipe put here must be refused, not waited for.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        path = self.path / name
        try:
            file = os.open(name, flags, dir_fd=self._descriptor)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refused(PROPERTY, f"{path} is a link or can't be read ({error.strerror}); move it away") from None
        try:
            status = os.fstat(file)
            require_plain(status)
            _refuse_unsafe(status, path, "chmod 600")
            return text_of(content(file, LARGEST_FILE))
        except UnreadableError as error:
            raise refused(PROPERTY, f"{path} isn't a plain file of text: {error.message}; move it away") from None
        finally:
            os.close(file)

    def write(self, name: str, text: str) -> None:
        """Put a file there whole or not at all, its content flushed to the disk. Raises FailedError.

        :meth:`flush` makes the name itself last.
        """
        try:
            self._write(name, text)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(_unfinished(name), dir_fd=self._descriptor)
            raise FailedError(f"{self.path / name} can't be written: {error.strerror}") from None

    def _write(self, name: str, text: str) -> None:
        unfinished = _unfinished(name)
        self._unlink(unfinished)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(unfinished, flags, 0o600, dir_fd=self._descriptor), "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(unfinished, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Delete a file and what an interrupted write left of it; neither need be there. Raises FailedError."""
        try:
            self._unlink(_unfinished(name))
            self._unlink(name)
        except OSError as error:
            raise FailedError(f"{self.path / name} can't be deleted: {error.strerror}") from None

    def _unlink(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)

    def flush(self) -> None:
        """Make what was written and removed survive a power cut. Raises FailedError."""
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise FailedError(f"{self.path} can't be written: {error.strerror}") from None


def _unfinished(name: str) -> str:
    """Return where a file is written before its rename: always the same, so that what a kill left is
    overwritten by the next run.
    """
    return f".{name}.new"


def _refuse_unsafe(status: os.stat_result, path: Path, remedy: str) -> None:
    if status.st_uid != os.geteuid():
        raise refused(PROPERTY, f"{path} belongs to another user (uid {status.st_uid}); it must be your own")
    if status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        raise refused(
            PROPERTY,
            f"{path} is open to others (mode {mode:04o}); if nobody read it, {remedy} it, else rotate what it holds",
        )
