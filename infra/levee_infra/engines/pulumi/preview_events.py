"""What the events of the Pulumi CLI tell: that a preview found nothing to do or record, and what stays although the
CLI calls it deleted.

The CLI's counts don't tell: a topic whose protection changes is `unchanged` there, and so is one of which a refresh
learned something. Its events do, which it writes to the file that `--event-log` names, a JSON object a line
(`EngineEvent`, sdk/go/common/apitype/events.go).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
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

_OUTPUTS, _FAILED, _SAID, _SUMMARY = "resOutputsEvent", "resOpFailedEvent", "diagnosticEvent", "summaryEvent"
_NAMES: Final = {f'"{name}":'.encode(): name for name in (_OUTPUTS, _FAILED, _SAID, _SUMMARY)}
_UNREADABLE: Final = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
_RECREATED: Final = f'"{RECREATED}":'.encode()
_DELETED: Final = b'"op":"delete"'
_SAME: Final = frozenset({"same", "refresh"})


def nothing_to_do(log: Path) -> bool:
    """Whether every resource and every output stays exactly as it is recorded. False where the log doesn't tell.

    Dependencies are in no event: they follow from the inputs and from levee's version, which is an output.
    """
    try:
        return _nothing_differs(_events(log))
    except _UNREADABLE:
        return False


def deleted_made_anew(log: Path, stack: str, *, preview: bool) -> Mapping[str, Kept] | None:
    """What is deleted from the state and stays, as another thing is in its place, by URN: the run's refresh finds that,
    or the provider, which says so, of what an update doesn't refresh because it is no longer declared.

    None where the log doesn't tell of every deletion: then nobody knows.
    """
    try:
        return _deleted_made_anew(_events(log, (_RECREATED, _DELETED)), stack, preview=preview)
    except _UNREADABLE:
        return None


def _events(log: Path, outputs_with: Collection[bytes] = (b"",)) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The events by name, of those of outputs the ones whose line holds any of these."""
    with log.open("rb") as lines:
        while line := lines.readline(LONGEST):
            head = line[:_BEFORE_ITS_NAME]
            name = next((name for mark, name in _NAMES.items() if mark in head), None)
            if name is not None and (name != _OUTPUTS or any(part in line for part in outputs_with)):
                yield name, json.loads(line)[name]


def _deleted_made_anew(
    events: Iterable[tuple[str, Mapping[str, Any]]], stack: str, *, preview: bool
) -> Mapping[str, Kept] | None:
    anew: set[str] = set()
    deleted: dict[str, Mapping[str, Any]] = {}
    summary: Mapping[str, Any] | None = None
    for name, event in events:
        if name == _OUTPUTS:
            metadata = event["metadata"]
            # A refresh learns it; a deletion shows what was recorded last.
            state = metadata["new"] if metadata["op"] == "refresh" else metadata["old"]
            if state and (state.get("outputs") or {}).get(RECREATED):
                anew.add(metadata["urn"])
            if metadata["op"] == "delete":
                deleted[metadata["urn"]] = metadata["old"]
        elif name == _SAID and STAYS in event["message"]:
            anew.add(event.get("urn", ""))
        elif name == _SUMMARY:
            summary = event
    if summary is None or summary["isPreview"] is not preview:
        return None
    if len(deleted) < summary["resourceChanges"].get("delete", 0):
        return None
    return {urn: made_anew(of_pulumi(urn, state, stack)) for urn, state in deleted.items() if urn in anew}


def _nothing_differs(events: Iterable[tuple[str, Mapping[str, Any]]]) -> bool:
    same: set[str] = set()
    summary: Mapping[str, Any] | None = None
    for name, event in events:
        if name == _OUTPUTS:
            metadata = event["metadata"]
            if metadata["op"] not in _SAME or metadata["old"] != metadata["new"]:
                return False
            if metadata["op"] == "same":
                same.add(metadata["urn"])
        elif name == _FAILED:
            return False
        elif name == _SUMMARY:
            summary = event
    return summary is not None and summary["isPreview"] is True and summary["resourceChanges"] == {"same": len(same)}
