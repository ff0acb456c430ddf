"""What `pulumi stack export` says is deployed.

The document is UntypedDeployment of sdk/go/common/apitype/deployments.go: `version`, and `deployment` with `resources`
and `pending_operations`. Versions 3 and 4 both hold a DeploymentV3.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from levee.diagnostics import LeveeError
from levee.plan.change import Deployed
from levee_infra.deployed.resources import deployed, of_pulumi
from levee_policies.readback.registered import Registered

_VERSIONS: Final = frozenset({3, 4})


@dataclass(frozen=True, slots=True)
class Exported:
    """What Pulumi recorded of a stack, with what an interrupted run had begun to make; `doomed` are the URNs of what
    it is about to delete.
    """

    resources: tuple[Registered, ...]
    doomed: frozenset[str]

    @property
    def standing(self) -> list[Registered]:
        """Everything that isn't about to be deleted."""
        return [each for each in self.resources if each.urn not in self.doomed]

    def deployed(self) -> Deployed:
        """The topics and services. Raises LeveeError (exit 2) where the spent approvals can't be told."""
        return deployed("the pulumi engine's state", self.resources, self.doomed)


def from_export(text: str, stack: str) -> Deployed:
    """The stack's resources as the Pulumi engine recorded them, with what an interrupted run had begun to make.

    Empty only where the export says so. Raises LeveeError (exit 2) where it is none of this stack.
    """
    return read_export(text, stack).deployed()


def recorded(text: str, stack: str) -> list[Registered]:
    """Everything that an export holds of the stack and isn't about to be deleted. Raises LeveeError (exit 2)."""
    return read_export(text, stack).standing


@dataclass(frozen=True, slots=True)
class Pending:
    """What an interrupted run had begun and nobody saw end: how many operations, and the URNs of what it was to create
    and the state doesn't have.
    """

    operations: int
    creations: tuple[str, ...]


def pending(text: str) -> Pending:
    """The operations that an export holds as pending until the CLI is told; none where it can't be read."""
    try:
        deployment = json.loads(text)["deployment"]
        operations = deployment.get("pending_operations") or []
        known = {each["urn"] for each in deployment.get("resources") or []}
        creations = [each["resource"]["urn"] for each in operations if each["type"] == "creating"]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return Pending(0, ())  # as the CLI, which says what is wrong with it
    return Pending(len(operations), tuple(urn for urn in creations if urn not in known))


def is_empty(text: str) -> bool:
    """Whether an export surely holds nothing but the stack itself and providers, and nothing pending."""
    try:
        deployment = json.loads(text)["deployment"]
        listed = [*(deployment.get("resources") or []), *(deployment.get("pending_operations") or [])]
        return all(each.get("type", "").startswith("pulumi:") for each in listed)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return False


def read_export(text: str, stack: str) -> Exported:
    """The text of an export. Raises LeveeError (exit 2) where it is none of this stack."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _unreadable(stack, "it is not an export of this stack") from None
    return of_document(document, stack)


def of_document(document: Any, stack: str) -> Exported:
    """An export that was read already. Raises LeveeError (exit 2) where it is none of this stack."""
    try:
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
        doomed = frozenset(each["urn"] for each in resources if each.get("delete", False))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise _unreadable(stack, "it is not an export of this stack") from None
    return Exported(tuple({each.urn: each for each in listed}.values()), doomed)


def _unreadable(stack: str, why: str) -> LeveeError:
    return LeveeError(
        f"what is deployed of stack {stack} can't be told: {why}",
        f"look at `pulumi stack export --stack {stack}`",
        exit_code=2,
    )
