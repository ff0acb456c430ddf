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
from levee.plan.registered import Registered
from levee_infra.deployed.resources import deployed, of_pulumi

_VERSIONS: Final = frozenset({3, 4})


@dataclass(frozen=True, slots=True)
class Exported:
    """What Pulumi recorded of a stack, with what an interrupted run had begun to make; `doomed` are the URNs of what
    it is about to delete.

    `operations` is how many an interrupted run had begun and nobody saw end, `creations` are the URNs of what it was to
    create and the state doesn't have.
    """

    resources: tuple[Registered, ...] = ()
    doomed: frozenset[str] = frozenset()
    operations: int = 0
    creations: tuple[str, ...] = ()

    @property
    def standing(self) -> list[Registered]:
        """Everything that isn't about to be deleted."""
        return [each for each in self.resources if each.urn not in self.doomed]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but the stack itself and providers, and nothing pending."""
        return not self.operations and all(each.type.startswith("pulumi:") for each in self.resources)

    def deployed(self) -> Deployed:
        """The topics and services. Raises LeveeError (exit 2) where the spent approvals can't be determined."""
        return deployed("the pulumi engine's state", self.resources, self.doomed)


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
        operations = document["deployment"].get("pending_operations") or []
        known = {each["urn"] for each in resources}
        begun = [each["resource"] for each in operations if each["type"] == "creating"]
        new = [each for each in begun if each["urn"] not in known]
        listed = [of_pulumi(each["urn"], each, stack) for each in [*resources, *new]]
        doomed = frozenset(each["urn"] for each in resources if each.get("delete", False))
        creations = tuple(each["urn"] for each in new)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise _unreadable(stack, "it is not an export of this stack") from None
    unique = {each.urn: each for each in listed}
    return Exported(tuple(unique.values()), doomed, len(operations), creations)


def _unreadable(stack: str, why: str) -> LeveeError:
    return LeveeError(
        f"what is deployed of stack {stack} can't be determined: {why}",
        f"look at `pulumi stack export --stack {stack}`",
        exit_code=2,
    )
