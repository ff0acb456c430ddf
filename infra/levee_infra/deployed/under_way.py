"""What was deployed when a run began that hasn't ended well yet.

An interrupted run leaves topics whose services get their access with the next run. Compared with those, that run would
seem to open deployed streams to new readers, and could not go on. So what such a run made doesn't count as deployed
until a run ends well; the file that says so lies beside the journal, whose lock is held by who writes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from levee.diagnostics import LeveeError
from levee.loading.plain_file import MIB, UnreadableError, read_plain_text

_FILE: Final = "under-way.json"
_LARGEST: Final = 256 * MIB


def begin(directory: Path, urns: Iterable[str]) -> None:
    """Note what is deployed before a run changes anything. What an unfinished earlier run noted stays.

    Raises LeveeError where the note can't be written.
    """
    file = directory / _FILE
    draft = file.with_suffix(".new")
    try:
        if file.exists():
            return
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            json.dump(sorted(urns), stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        raise LeveeError(f"{file} can't be written: {error.strerror}", "nothing was changed; make room there") from None


def end(directory: Path) -> None:
    """A run ended well: all that is recorded is deployed."""
    (directory / _FILE).unlink(missing_ok=True)


def deployed_before(directory: Path) -> frozenset[tuple[str, str]] | None:
    """What was noted by a run that hasn't ended well, by type and name; None where there is no such note.

    Where it stood in the state's tree doesn't count: that run may have moved it.

    Raises LeveeError (exit 2) where the note can't be read.
    """
    file = directory / _FILE
    try:
        if not os.path.lexists(file):
            return None
        urns = json.loads(read_plain_text(file, _LARGEST))
    except (UnreadableError, ValueError, RecursionError):
        raise _unreadable(file) from None
    if not isinstance(urns, list) or not all(isinstance(urn, str) and urn.count("::") >= 3 for urn in urns):
        raise _unreadable(file)
    return frozenset(_type_and_name(urn) for urn in urns)


def _type_and_name(urn: str) -> tuple[str, str]:
    _, _, qualified_type, name = urn.split("::", 3)
    return qualified_type.rpartition("$")[2], name


def _unreadable(file: Path) -> LeveeError:
    return LeveeError(
        f"{file} can't be read: what was deployed before the last run can't be determined",
        "remove it: everything that is recorded counts as deployed then",
        exit_code=2,
    )
