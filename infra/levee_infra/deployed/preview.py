"""What `pulumi preview --json` says is deployed, and what it would delete.

The document is PreviewDigest of sdk/go/common/display/json.go: `steps`, each with `op`, `urn`, `oldState` and
`newState`; `diagnostics`; `changeSummary`, the number of resources by operation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from levee.diagnostics import LeveeError
from levee.loading.plain_file import MIB, UnreadableError, read_plain_text
from levee.plan.change import Deployed
from levee.plan.registered import Registered
from levee_infra.deployed.resources import deployed, of_pulumi, require_own

LARGEST: Final = 1024 * MIB
"""Bytes of a preview: of 10,000 streams it has some hundred MiB."""
_DELETES: Final = frozenset({"delete", "replace", "delete-replaced", "create-replacement"})
_OF_DEPLOYED: Final = ("same", "update", "delete", "replace")  # of changeSummary: operations on what is there


def from_preview(file: Path, stack: str) -> Deployed:
    """The stack's resources before the previewed change.

    Raises LeveeError (exit 2) where the file holds no preview of this stack, one that failed, or not all of it.
    """
    document = _document(file)
    try:
        steps = [_step(each, stack) for each in document["steps"]]
        summary = document["changeSummary"]
        expected = sum(int(summary.get(operation, 0)) for operation in _OF_DEPLOYED)
        failed = any(each.get("severity") == "error" for each in document.get("diagnostics", ()))
        before = dict(_before(steps, stack))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _unreadable(file, f"it is not the output of a preview of stack {stack}") from None
    if failed:
        raise _unreadable(file, "that preview failed; its own last lines say why")
    if len(before) < expected:
        raise _unreadable(file, f"it shows {len(before)} of {expected} deployed resources")
    return deployed(f"the preview in {file}", before.values(), _doomed(steps))


def _document(file: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(read_plain_text(file, LARGEST))
    except UnreadableError as error:
        raise _unreadable(file, error.message) from None
    except (ValueError, RecursionError):
        raise _unreadable(file, "it is not JSON, or more than one document") from None
    if not isinstance(document, Mapping):
        raise _unreadable(file, "it is not the output of a preview")
    return document


def _step(step: Mapping[str, Any], stack: str) -> Mapping[str, Any]:
    require_own(step["urn"], stack)
    return {"op": step["op"], "urn": step["urn"], "oldState": step.get("oldState")}


def _before(steps: list[Mapping[str, Any]], stack: str) -> Iterator[tuple[str, Registered]]:
    for step in steps:
        if step["oldState"] is not None:
            yield step["urn"], of_pulumi(step["urn"], step["oldState"], stack)


def _doomed(steps: list[Mapping[str, Any]]) -> set[str]:
    """What is deleted or replaced. A topic that a refresh found gone is made again, which deletes nothing."""
    made = {step["urn"] for step in steps if step["op"] == "create"}
    return {step["urn"] for step in steps if step["op"] in _DELETES} - made


def _unreadable(file: Path, why: str) -> LeveeError:
    hint = "write it with `pulumi preview --stack STACK --json --show-sames > FILE`"
    return LeveeError(f"{file} can't be used: {why}", hint, exit_code=2)
