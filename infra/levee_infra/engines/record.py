"""What the state of a stack has recorded, read from the engine that holds the stack."""

from __future__ import annotations

import shutil
from pathlib import Path

from levee.diagnostics import LeveeError
from levee_infra.deployed import journal
from levee_infra.deployed.export import read_export
from levee_infra.deployed.holder import EngineName, holder
from levee_infra.deployed.record import Record, Unreadable
from levee_infra.engines.pulumi.engine import PulumiEngine


def record_if_readable(project: Path, stack: str) -> Record | Unreadable:
    """As `record_of`, for what goes on without."""
    try:
        return record_of(project, stack)
    except LeveeError as error:
        return Unreadable(error.message)


def record_of(project: Path, stack: str) -> Record:
    """What the engine that holds the stack recorded. Raises LeveeError (exit 2) where that can't be read."""
    held = holder(project, stack).engine
    if held is EngineName.EMBEDDED:
        return Record("the embedded engine's state", tuple(journal.recorded(project, stack)))
    if shutil.which("pulumi") is None:
        if held is None:
            return Record()
        raise LeveeError(f"stack {stack} is held by the pulumi engine, and no `pulumi` is on PATH", exit_code=2)
    exported = PulumiEngine(project).exported(stack)
    if exported is None:
        return Record()
    return Record("the pulumi engine's state", tuple(read_export(exported, stack).standing))
