"""What the embedded engine's journal says is deployed."""

from __future__ import annotations

from pathlib import Path

from infra.baseline.resources import deployed
from infra.deployment.choice import EngineName, holder
from infra.deployment.embedded_engine import PROJECT
from infra.deployment.location import embedded_state
from infra.embedded.errors import EngineError
from infra.embedded.journal import Identity, load
from infra.embedded.state import Begun, Resource, State
from levee.diagnostics import LeveeError
from levee.plan.change import Deployed
from policies.readback.registered import Registered


def from_state(project: Path, stack: str) -> Deployed:
    """The stack as the embedded engine recorded it, with what it had begun to make when it was interrupted.

    Raises LeveeError (exit 2) where it holds nothing of the stack, or its state can't be read.
    """
    held = holder(project, stack).engine
    if held is EngineName.PULUMI:
        hint = f"`pulumi preview --stack {stack} --json --show-sames > FILE`, then --against preview FILE"
        raise LeveeError(f"stack {stack} is held by the pulumi engine", hint, exit_code=2)
    if held is None:
        raise LeveeError(
            f"no state here holds anything of stack {stack}: there is nothing to compare with",
            "where it is deployed from somewhere else, name what to compare with: --against git REV, or preview FILE",
            exit_code=2,
        )
    try:
        state = load(embedded_state(project, stack), Identity(PROJECT, stack))
    except EngineError as error:
        raise LeveeError(error.message, error.help, exit_code=2) from None
    return deployed("the embedded engine's state", map(_registered, _resources(state)))


def _resources(state: State) -> list[Resource]:
    begun = (begin.resource for begin in state.unfinished.values() if begin.operation is Begun.CREATE)
    return [*state.resources.values(), *(each for each in begun if each.urn not in state.resources)]


def _registered(resource: Resource) -> Registered:
    return Registered(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        properties=resource.inputs,
        protected=resource.protect,
    )
