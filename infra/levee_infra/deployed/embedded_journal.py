"""The state on disk: one append-only file of JSON lines that survives being killed at any moment.

Every line is ``{"crc32":"…","record":{…}}``. The first is a header naming format, version, project, stack and how many
records the last compaction wrote. A last line without its newline is what a kill leaves behind and is dropped; any
other damage is an error, never an empty state. Compaction writes a new file beside the old one and renames it over it.
"""

import asyncio
import contextlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from levee_infra.deployed.embedded_state import Record, State, record_from_json, record_to_json
from levee_infra.deployed.engine_error import StateUnreadable, StateUnwritable

JOURNAL_FILE: Final = "journal.jsonl"
VERSION: Final = 2
READ: Final = frozenset({1, VERSION})
"""In version 1 nothing has moved. A levee that reads no other one would make again what has, and delete it there."""
_FORMAT: Final = "levee-embedded-state"
_PREFIX: Final = b'{"crc32":"'
_MIDDLE: Final = b'","record":'
_BODY: Final = len(_PREFIX) + 8 + len(_MIDDLE)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose state it is."""

    project: str
    stack: str


def load(directory: Path, identity: Identity) -> State:
    """The state recorded in ``directory``; empty only if nothing was ever recorded.

    Raises:
        StateUnreadable: the file is damaged, of an unknown version, or belongs to another stack.
    """
    return _load(directory / JOURNAL_FILE, identity)[0]


_LATEST: dict[Path, tuple[bytes, Identity, tuple[State, int, int]]] = {}
"""What each file came to when it was read last, by the digest of its content: one run looks several times."""


def write(directory: Path, identity: Identity, state: State) -> None:
    """Record a state in ``directory`` as a whole, in the place of what was recorded there.

    Raises:
        StateUnwritable: the file cannot be written; what was there is untouched.
    """
    path = directory / JOURNAL_FILE
    with _writing(path):
        _write_whole(path, identity, state)


class Journal:
    """The open journal of the one run that holds the stack."""

    def __init__(self, directory: Path, identity: Identity) -> None:
        self._path = directory / JOURNAL_FILE
        self._identity = identity
        self.state, self._size, self._version = _load(self._path, identity)
        self._descriptor = -1
        self._appended = 0
        self._durable = 0
        self._sync: asyncio.Task[None] | None = None

    def append(self, record: Record) -> None:
        """Take the record into the state and hand it to the kernel: from here on a kill of this process keeps it.

        Raises:
            StateUnwritable: the file cannot be written.
        """
        with _writing(self._path):
            if self._descriptor < 0:
                self._open()
            line = _line(record_to_json(record))
            _write(self._descriptor, line)
            self._size += len(line)
        self.state.apply(record)
        self._appended += 1

    async def commit(self) -> None:
        """Wait until everything appended so far would survive a power cut; one fsync serves all who wait.

        Raises:
            StateUnwritable: the disk did not take it.
        """
        wanted = self._appended
        while self._durable < wanted:
            if self._sync is None or self._sync.done():
                self._sync = asyncio.create_task(self._fsync())
            await asyncio.shield(self._sync)

    def compact(self) -> None:
        """Rewrite the file as the shortest one that amounts to the same state, if anything was appended.

        Raises:
            StateUnwritable: the new file cannot be written; the old one is untouched.
        """
        if self._descriptor < 0:
            return
        self.close()
        with _writing(self._path):
            self._size = _write_whole(self._path, self._identity, self.state)

    def close(self) -> None:
        """Close the file; what was appended stays."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    async def _fsync(self) -> None:
        reached, descriptor = self._appended, self._descriptor
        with _writing(self._path):
            await asyncio.to_thread(os.fsync, descriptor)
        self._durable = reached

    def _open(self) -> None:
        if self._version != VERSION:
            self._size = _write_whole(self._path, self._identity, self.state)
            self._version = VERSION
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        os.ftruncate(self._descriptor, self._size)


def _load(path: Path, identity: Identity) -> tuple[State, int, int]:
    """The state, the size in bytes of the file's sound part, and its version; 0 where there is no file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return State(), 0, 0
    except OSError as error:
        raise StateUnreadable(f"{path} cannot be read: {error.strerror}") from error
    digest = sha256(content).digest()
    if (latest := _LATEST.get(path)) is None or latest[:2] != (digest, identity):
        latest = _LATEST[path] = digest, identity, _parsed(path, content, identity)
    state, sound, version = latest[2]
    return State(dict(state.resources), dict(state.unfinished)), sound, version


def _parsed(path: Path, content: bytes, identity: Identity) -> tuple[State, int, int]:
    sound = content.rfind(b"\n") + 1
    lines = _parse_lines(path, content[:sound])
    expected, version = _check_header(path, next(lines, None), identity)
    state, count = State(), 0
    for number, line in enumerate(lines, start=2):
        try:
            state.apply(record_from_json(line))
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(path, f"line {number} is not a record") from error
        count += 1
    if count < expected:
        raise _damaged(path, f"it holds {count} records where its header promises {expected}")
    return state, sound, version


def _parse_lines(path: Path, content: bytes) -> Iterator[Any]:
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        body = line[_BODY:-1]
        if line != _framed(body):
            raise _damaged(path, f"line {number} is not what was written")
        yield json.loads(body)


def _check_header(path: Path, header: Any, identity: Identity) -> tuple[int, int]:
    """How many records the last compaction wrote, and the version."""
    if not isinstance(header, dict) or header.get("format") != _FORMAT:
        raise _damaged(path, "it does not begin with a header")
    version = header.get("version")
    if version not in READ:
        raise StateUnreadable(
            f"{path} is of version {version}; this levee reads versions up to {VERSION}",
            help="use the levee that wrote it",
        )
    owner = Identity(str(header.get("project")), str(header.get("stack")))
    if owner != identity:
        raise StateUnreadable(
            f"{path} is the state of stack {owner.stack} of {owner.project}, not of {identity.stack} of "
            f"{identity.project}",
            help="use each stack with its own state directory",
        )
    return int(header["records"]), version


def _damaged(path: Path, what: str) -> StateUnreadable:
    return StateUnreadable(
        f"{path} is damaged: {what}",
        help="restore the file from a backup; or move it away and run up, which finds what exists again. Topics with "
        "records it takes over only where their streams' files approve of it, dated (`adopt`); they count as adopted",
    )


def _write_whole(path: Path, identity: Identity, state: State) -> int:
    """Replace the file as a whole; its new size in bytes."""
    records = state.records()
    header = {
        "format": _FORMAT,
        "version": VERSION,
        "project": identity.project,
        "stack": identity.stack,
        "records": len(records),
    }
    content = b"".join([_line(header), *(_line(record_to_json(record)) for record in records)])
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        _write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    temporary.replace(path)
    _fsync_directory(path.parent)
    return len(content)


def _fsync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(record: dict[str, Any]) -> bytes:
    return _framed(json.dumps(record, separators=(",", ":"), ensure_ascii=True).encode()) + b"\n"


def _framed(body: bytes) -> bytes:
    return b"%s%08x%s%s}" % (_PREFIX, zlib.crc32(body), _MIDDLE, body)


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateUnwritable(
            f"{path} cannot be written: {error.strerror}",
            help="free space or restore access, and run the same command again: it goes on from what is recorded",
        ) from error
