"""What the things are called that a stack makes in an AWS account, derived from its plan alone."""

from __future__ import annotations

from typing import Final

from levee.catalog.partition import partition_name
from levee.model.stream import MonitorKind
from levee.plan.planned import Boundary, Plan, PlannedCredential

ROLE_PATH: Final = "/levee/"
MAX_ROLE_LENGTH: Final = 64  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html


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


def role_name(stack: str, service: str) -> str:
    """The role of a service."""
    return f"{stack}-{service}"


def role_arn(plan: Plan, credential: PlannedCredential) -> str:
    """The ARN of a service's role."""
    return _role_arn(plan.boundary, role_name(plan.stack, credential.service))


def delivery_role_name(carrier: str) -> str:
    """The role by which CloudWatch Logs writes the data stream of this name."""
    return f"{carrier}-delivery"


def delivery_role_arn(boundary: Boundary, carrier: str) -> str:
    """The ARN of that role."""
    return _role_arn(boundary, delivery_role_name(carrier))


def subscription_name(carrier: str) -> str:
    """The filter of a log group that sends its events to the data stream of this name."""
    return f"levee-{carrier}"


def data_stream_arn(boundary: Boundary, carrier: str) -> str:
    """The ARN of the data stream of this name."""
    place = f"{boundary.region}:{boundary.account}"
    return f"arn:{partition_name(boundary.region)}:kinesis:{place}:stream/{carrier}"


def alarm_name(stack: str, stream: str, monitor: MonitorKind, group: str = "") -> str:
    """The alarm of a stream's monitor; a lag has one for each consumer group."""
    return "-".join(filter(None, ("levee", stack, stream, monitor.value, group)))


def _role_arn(boundary: Boundary, name: str) -> str:
    return f"arn:{partition_name(boundary.region)}:iam::{boundary.account}:role{ROLE_PATH}{name}"
