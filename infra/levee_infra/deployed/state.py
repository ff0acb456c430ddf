"""What the state in this project says is deployed, for who compares with it on purpose."""

from __future__ import annotations

from pathlib import Path

from levee.diagnostics import LeveeError
from levee.plan.change import Deployed
from levee_infra.deployed.holder import EngineName, holder
from levee_infra.deployed.journal import from_journal


def from_state(project: Path, stack: str) -> Deployed:
    """The stack as the embedded engine recorded it.

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
    return from_journal(project, stack)
