"""How the stack's own AWS account is asked, from the stack's declaration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from levee.diagnostics import LeveeError
from levee.plan.planned import Plan
from levee.targets.aws.block import aws_block
from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.targets.aws.api import Api, Patience
from levee_infra.targets.aws.connection import read_connection


def provider_connection(plan: Plan, project: Path) -> dict[str, Any]:
    """How the stack's AWS account is reached, as the levee provider takes it."""
    block = aws_block(plan)
    connection = {"account": plan.boundary.account, "region": plan.boundary.region}
    if block.endpoint is not None:
        connection["endpoint"] = block.endpoint
    if block.credentials_file is not None:
        connection["credentialsFile"] = str(project / block.credentials_file)
    return connection


def account_api(plan: Plan, project: Path, patience: Patience | None = None) -> Api:
    """The API of the account; close it. Raises LeveeError for a declaration that no call can be made by."""
    try:
        connection = read_connection(provider_connection(plan, project))
    except RefusedError as error:
        raise LeveeError(f"stack {plan.stack}: {error}", "correct it in stack.yaml", exit_code=2) from None
    assert connection is not None  # a plan's values are all known
    return Api(connection, patience or Patience())
