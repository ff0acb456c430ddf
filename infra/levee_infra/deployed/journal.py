"""What the embedded engine's journal says is deployed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from levee.diagnostics import LeveeError
from levee.plan.change import Deployed
from levee.plan.registered import Registered
from levee_infra.deployed import under_way
from levee_infra.deployed.embedded_journal import Identity, load
from levee_infra.deployed.embedded_state import Begun, Resource, State
from levee_infra.deployed.engine_error import EngineError
from levee_infra.deployed.location import PROJECT, embedded_state
from levee_infra.deployed.resources import deployed

_SOURCE: Final = "the embedded engine's state"


def from_journal(project: Path, stack: str) -> Deployed:
    """The stack as the embedded engine recorded it, with what it had begun to make when it was interrupted.

    Empty only where nothing was ever recorded. Raises LeveeError (exit 2) where the journal can't be read.
    """
    return deployed(_SOURCE, map(_registered, _resources(_state(project, stack))))


def recorded(project: Path, stack: str) -> list[Registered]:
    """Everything that is recorded of the stack, of whatever kind. Raises LeveeError (exit 2)."""
    return [_registered(each) for each in _resources(_state(project, stack))]


def before_this_run(project: Path, stack: str) -> Deployed:
    """The same, less what a run made that hasn't ended well: that run may go on. Raises LeveeError (exit 2)."""
    before = under_way.deployed_before(embedded_state(project, stack))
    resources = _resources(_state(project, stack))
    listed = (each for each in resources if before is None or (each.type, each.name) in before)
    return deployed(_SOURCE, map(_registered, listed))


def begin_run(project: Path, stack: str) -> None:
    """Note what is deployed before it is changed; `end_run` takes the note away."""
    under_way.begin(embedded_state(project, stack), (each.urn for each in _resources(_state(project, stack))))


def end_run(project: Path, stack: str) -> None:
    """The run ended well."""
    under_way.end(embedded_state(project, stack))


def _state(project: Path, stack: str) -> State:
    try:
        return load(embedded_state(project, stack), Identity(PROJECT, stack))
    except EngineError as error:
        raise LeveeError(error.message, error.help, exit_code=2) from None


def _resources(state: State) -> list[Resource]:
    begun = (begin.resource for begin in state.unfinished.values() if begin.operation is Begun.CREATE)
    return [*state.resources.values(), *(each for each in begun if each.urn not in state.resources)]


def _registered(resource: Resource) -> Registered:
    return Registered(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        properties=resource.inputs,
        outputs=resource.outputs,
        protected=resource.protect,
    )
