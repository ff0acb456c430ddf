"""Whether a preview of the Pulumi CLI found nothing that an update would do or record.

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

LONGEST: Final = 256 * MIB
"""Bytes of a line: the stack's outputs name every topic."""

_BEFORE_ITS_NAME: Final = 80
"""An event's name stands this far into its line, behind its number and its time."""

_SAME: Final = frozenset({"same", "refresh"})


def nothing_to_do(log: Path) -> bool:
    """Whether every resource and every output stays exactly as it is recorded. False where the log doesn't tell.

    Dependencies are in no event: they follow from the inputs and from levee's version, which is an output.
    """
    try:
        with log.open("rb") as lines:
            return _nothing_differs(lines)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


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
