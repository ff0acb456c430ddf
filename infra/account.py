"""How the stack's own AWS account is asked, from the stack's declaration."""

from __future__ import annotations

from pathlib import Path

from infra.providers.failures import RefusedError
from infra.providers.levee.aws.api import Api, Patience
from infra.providers.levee.aws.connection import read_connection
from infra.secret_location import aws_connection
from levee.diagnostics import LeveeError
from levee.plan.planned import Plan


def account_api(plan: Plan, project: Path, patience: Patience | None = None) -> Api:
    """The API of the account; close it. Raises LeveeError for a declaration that no call can be made by."""
    try:
        connection = read_connection({**aws_connection(plan, project)})
    except RefusedError as error:
        raise LeveeError(f"stack {plan.stack}: {error}", "correct it in stack.yaml", exit_code=2) from None
    assert connection is not None  # a plan's values are all known
    return Api(connection, patience or Patience())
