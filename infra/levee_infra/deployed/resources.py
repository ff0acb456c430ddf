"""Deployed resources, as an engine recorded them, in the words of the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from levee.diagnostics import LeveeError
from levee.model.name import CHECKPOINTS
from levee.plan.change import Deployed
from levee.plan.registered import Registered
from levee_policies.readback import service_credential, topic

JUDGED = frozenset({topic.TYPE, *service_credential.IDENTITIES})
STACK: Final = "pulumi:pulumi:Stack"
APPROVALS: Final = "approvals"
"""The stack's output that holds the marks of the approvals that its last deployment went by."""


def of_pulumi(urn: str, state: Mapping[str, Any], stack: str) -> Registered:
    """A resource as Pulumi writes it (ResourceV3 of sdk/go/common/apitype), of the stack itself its outputs.

    Raises ValueError for another stack's.
    """
    require_own(urn, stack)
    return Registered(
        urn=urn,
        type=state["type"],
        name=urn.split("::", 3)[3],
        properties=dict(state.get("inputs", {})),
        outputs=dict(state.get("outputs", {})),
        protected=bool(state.get("protect", False)),
    )


def require_own(urn: str, stack: str) -> None:
    """Raise ValueError unless the resource is of this stack of ours."""
    if not urn.startswith(f"urn:pulumi:{stack}::"):
        raise ValueError("a resource of another stack")


def deployed(source: str, resources: Iterable[Registered], doomed: Iterable[str] = ()) -> Deployed:
    """The topics and services among the resources; `doomed` are URNs that the engine would delete or replace.

    Topics of checkpoints are left out: they hold no records of a stream.
    Owners, classes and approvals are in no state: a topic is regulated there as far as it is protected.
    """
    listed = list(resources)
    topics = [each for each in listed if each.type == topic.TYPE and not _keeps_checkpoints(each)]
    condemned = set(doomed)
    return Deployed(
        source=source,
        topics=tuple(topic.topic(each, {}) for each in topics),
        principals=tuple(
            service_credential.principal(each, {}) for each in listed if each.type in service_credential.IDENTITIES
        ),
        doomed=frozenset(each.name for each in topics if each.urn in condemned),
        passwords_made={
            username: day
            for each in listed
            if each.type == service_credential.TYPE
            for username, day in service_credential.passwords_made(each)
        },
        spent=frozenset(mark for each in listed if each.type == STACK for mark in _spent(each, source)),
    )


def _spent(stack: Registered, source: str) -> list[str]:
    marks = (stack.outputs or {}).get(APPROVALS, [])
    if isinstance(marks, list) and all(isinstance(mark, str) for mark in marks):
        return marks
    hint = "run `levee up` once without entries under `approve`"
    raise LeveeError(f"{source} doesn't tell which approvals are spent", hint, exit_code=2)


def _keeps_checkpoints(resource: Registered) -> bool:
    name = resource.text("name")
    return isinstance(name, str) and name.startswith(CHECKPOINTS)
