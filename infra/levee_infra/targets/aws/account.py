"""How the stack's own AWS account is asked, from the stack's declaration."""

from __future__ import annotations

from pathlib import Path

from levee.diagnostics import LeveeError
from levee.plan.planned import Plan
from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.secret_location import aws_connection
from levee_infra.targets.aws.api import Api, Patience
from levee_infra.targets.aws.connection import read_connection


def account_api(plan: Plan, project: Path, patience: Patience | None = None) -> Api:
    """The API of the account; close it. Raises LeveeError for a declaration that no call can be made by."""
    try:
        connection = read_connection({**aws_connection(plan, project)})
    except RefusedError as error:
        raise LeveeError(f"stack {plan.stack}: {error}", "correct it in stack.yaml", exit_code=2) from None
    assert connection is not None  # a plan's values are all known
    return Api(connection, patience or Patience())
