"""Where a stack's passwords are kept, as `levee:kafka:ServiceCredential` takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from levee.diagnostics import LeveeError
from levee.plan.planned import Plan


def file_store(plan: Plan, project: Path) -> dict[str, Any]:
    """The input `secretStore` for a directory. Raises LeveeError for another store: that is another target's."""
    if plan.secrets.kind != "file":
        message = f"stack {plan.stack}: a stack of target {plan.target} can't keep its passwords in {plan.secrets.kind}"
        raise LeveeError(message, "write `store: file` under `secrets` in stack.yaml")
    return {"kind": "file", "directory": str(project / plan.secrets.directory)}
