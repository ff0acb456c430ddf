"""Where a stack's passwords are kept, as `levee:kafka:ServiceCredential` takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from levee.diagnostics import LeveeError
from levee.plan.planned import Plan


def secret_store(plan: Plan, project: Path) -> dict[str, Any]:
    """The input `secretStore`. Raises LeveeError for a store that this version of levee has no way to."""
    match plan.secrets.kind:
        case "file":
            return {"kind": "file", "directory": str(project / plan.secrets.directory)}
        case "aws-secrets-manager" if plan.aws is not None:
            return {"kind": "secrets-manager", "prefix": plan.secrets.prefix, **aws_connection(plan, project)}
        case kind:
            message = f"stack {plan.stack}: a stack of target {plan.target} can't keep its passwords in {kind}"
            raise LeveeError(message, "write `store: file` under `secrets` in stack.yaml")


def aws_connection(plan: Plan, project: Path) -> dict[str, Any]:
    """How the stack's AWS account is reached, as the levee provider takes it."""
    assert plan.aws is not None
    connection = {"account": plan.boundary.account, "region": plan.boundary.region}
    if plan.aws.endpoint is not None:
        connection["endpoint"] = plan.aws.endpoint
    if plan.aws.credentials_file is not None:
        connection["credentialsFile"] = str(project / plan.aws.credentials_file)
    return connection
