"""What the events of the Pulumi CLI tell: that a preview found nothing to do or record, and what stays although the
CLI calls it deleted.

The CLI's counts don't tell: a topic whose protection changes is `unchanged` there, and so is one of which a refresh
learned something. Its events do, which it writes to the file that `--event-log` names, a JSON object a line
(`EngineEvent`, sdk/go/common/apitype/events.go).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from levee.loading.plain_file import MIB
from levee_infra.deployed.kept import Kept, made_anew
from levee_infra.deployed.resources import of_pulumi
from levee_infra.providers.protocol.identity import RECREATED, STAYS

LONGEST: Final = 256 * MIB
"""Bytes of a line: the stack's outputs name every topic."""

_BEFORE_ITS_NAME: Final = 80
"""An event's name stands this far into its line, behind its number and its time."""

_UNREADABLE: Final = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)

_RECREATED: Final = f'"{RECREATED}":'.encode()
_SAME: Final = frozenset({"same", "refresh"})


def nothing_to_do(log: Path) -> bool:
    """Whether every resource and every output stays exactly as it is recorded. False where the log doesn't tell.

    Dependencies are in no event: they follow from the inputs and from levee's version, which is an output.
    """
    try:
        with log.open("rb") as lines:
            return _nothing_differs(lines)
    except _UNREADABLE:
        return False


def deleted_made_anew(log: Path, stack: str, *, preview: bool) -> Mapping[str, Kept] | None:
    """What is deleted from the state and stays, as another thing is in its place, by URN: the run's refresh finds that,
    or the provider, which says so, of what an update doesn't refresh because it is no longer declared.

    None where the log doesn't tell of every deletion: then nobody knows.
    """
    try:
        with log.open("rb") as lines:
            return _deleted_made_anew(lines, stack, preview=preview)
    except _UNREADABLE:
        return None


def _deleted_made_anew(lines: Any, stack: str, *, preview: bool) -> Mapping[str, Kept] | None:
    anew: set[str] = set()
    deleted: dict[str, Mapping[str, Any]] = {}
    summary: Mapping[str, Any] | None = None
    while line := lines.readline(LONGEST):
        name = line[:_BEFORE_ITS_NAME]
        if b'"resOutputsEvent":' in name and (_RECREATED in line or b'"op":"delete"' in line):
            metadata = json.loads(line)["resOutputsEvent"]["metadata"]
            # A refresh learns it; a deletion shows what was recorded last.
            state = metadata["new"] if metadata["op"] == "refresh" else metadata["old"]
            if state and (state.get("outputs") or {}).get(RECREATED):
                anew.add(metadata["urn"])
            if metadata["op"] == "delete":
                deleted[metadata["urn"]] = metadata["old"]
        elif b'"diagnosticEvent":' in name:
            said = json.loads(line)["diagnosticEvent"]
            if STAYS in said["message"]:
                anew.add(said.get("urn", ""))
        elif b'"summaryEvent":' in name:
            summary = json.loads(line)["summaryEvent"]
    if summary is None or summary["isPreview"] is not preview:
        return None
    if len(deleted) < summary["resourceChanges"].get("delete", 0):
        return None
    return {urn: made_anew(of_pulumi(urn, state, stack)) for urn, state in deleted.items() if urn in anew}


def _nothing_differs(lines: Any) -> bool:
    same: set[str] = set()
    summary: Mapping[str, Any] | None = None
    while line := lines.readline(LONGEST):
        name = line[:_BEFORE_ITS_NAME]
        if b'"resOutputsEvent":' in name:
            metadata = json.loads(line)["resOutputsEvent"]["metadata"]
            if metadata["op"] not in _SAME or metadata["old"] != metadata["new"]:
                return False
            if metadata["op"] == "same":
                same.add(metadata["urn"])
        elif b'"resOpFailedEvent":' in name:
            return False
        elif b'"summaryEvent":' in name:
            summary = json.loads(line)["summaryEvent"]
    return summary is not None and summary["isPreview"] is True and summary["resourceChanges"] == {"same": len(same)}
