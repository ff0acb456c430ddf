"""What the things are called that a stack makes in an AWS account, derived from its plan alone."""

from __future__ import annotations

from typing import Final

from levee.catalog.partition import partition_name
from levee.plan.planned import Boundary, Plan, PlannedCredential, PlannedMonitor, PlannedSource

ROLE_PATH: Final = "/levee/"


def account_root(boundary: Boundary) -> str:
    """The ARN that stands for every identity of the account that its own policies let."""
    return f"arn:{partition_name(boundary.region)}:iam::{boundary.account}:root"


def secret_name(plan: Plan, username: str) -> str:
    """The secret of a user."""
    return f"{plan.secrets.prefix}{username}"


def secret_arn(plan: Plan, username: str) -> str:
    """A secret's ARN as a policy names it: AWS appends six characters of its own to the name."""
    boundary = plan.boundary
    place = f"arn:{partition_name(boundary.region)}:secretsmanager:{boundary.region}:{boundary.account}"
    return f"{place}:secret:{secret_name(plan, username)}-??????"


def role_name(plan: Plan, credential: PlannedCredential) -> str:
    """The role of a service. One that is too long for IAM is refused by the provider, with what to do."""
    return f"{plan.stack}-{credential.service}"


def role_arn(plan: Plan, credential: PlannedCredential) -> str:
    """The ARN of a service's role."""
    boundary = plan.boundary
    return f"arn:{partition_name(boundary.region)}:iam::{boundary.account}:role{ROLE_PATH}{role_name(plan, credential)}"


def carrier_name(plan: Plan, planned: PlannedSource) -> str:
    """The data stream that takes a log group's events out of CloudWatch Logs."""
    return f"{plan.stack}-{planned.stream}-{planned.source.service}"


def delivery_role_name(plan: Plan, planned: PlannedSource) -> str:
    """The role by which CloudWatch Logs writes that data stream."""
    return f"{carrier_name(plan, planned)}-delivery"


def alarm_name(plan: Plan, monitor: PlannedMonitor, group: str = "") -> str:
    """The alarm of a monitor; a lag has one for each consumer group."""
    return "-".join(filter(None, ("levee", plan.stack, monitor.stream, monitor.monitor.kind.value, group)))
