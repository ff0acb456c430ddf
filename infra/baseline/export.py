"""What `pulumi stack export` says is deployed.

The document is UntypedDeployment of sdk/go/common/apitype/deployments.go: `version`, and `deployment` with `resources`
and `pending_operations`. Versions 3 and 4 both hold a DeploymentV3.
"""

from __future__ import annotations

import json
from typing import Final

from infra.baseline.resources import deployed, of_pulumi
from levee.diagnostics import LeveeError
from levee.plan.change import Deployed
from policies.readback.registered import Registered

_VERSIONS: Final = frozenset({3, 4})


def from_export(text: str, stack: str) -> Deployed:
    """The stack's resources as the Pulumi engine recorded them, with what an interrupted run had begun to make.

    Empty only where the export says so. Raises LeveeError (exit 2) where it is none of this stack.
    """
    listed, doomed = _read(text, stack)
    return deployed("the pulumi engine's state", listed, doomed)


def recorded(text: str, stack: str) -> list[Registered]:
    """Everything that an export holds of the stack and isn't about to be deleted. Raises LeveeError (exit 2)."""
    listed, doomed = _read(text, stack)
    return [each for each in listed if each.urn not in doomed]


def has_pending(text: str) -> bool:
    """Whether an interrupted run left operations of which nobody knows how they ended; an update deals with them.

    `text` is an export that `recorded` could read.
    """
    return bool(json.loads(text)["deployment"].get("pending_operations"))


def _read(text: str, stack: str) -> tuple[list[Registered], list[str]]:
    try:
        document = json.loads(text)
        if document["version"] not in _VERSIONS:
            raise _unreadable(stack, "its version is unknown")
        resources = document["deployment"].get("resources") or []
        begun = [
            each["resource"]
            for each in document["deployment"].get("pending_operations") or []
            if each["type"] == "creating"
        ]
        known = {each["urn"] for each in resources}
        listed = [
            of_pulumi(each["urn"], each, stack)
            for each in [*resources, *(new for new in begun if new["urn"] not in known)]
        ]
        doomed = [each["urn"] for each in resources if each.get("delete", False)]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise _unreadable(stack, "it is not an export of this stack") from None
    return list({each.urn: each for each in listed}.values()), doomed


def _unreadable(stack: str, why: str) -> LeveeError:
    return LeveeError(
        f"what is deployed of stack {stack} can't be told: {why}",
        f"look at `pulumi stack export --stack {stack}`",
        exit_code=2,
    )
