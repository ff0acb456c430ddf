"""Who calls, by the ARN that STS gives.

Forms: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from levee.catalog.partition import partition_of
from levee.model.problem import Problem
from levee.plan.planned import Plan
from levee_infra.targets.aws.api import Api

_IDENTITY: Final = re.compile(r"arn:[^:]+:iam::[0-9]{12}:(user|role)/.+")
_SESSION: Final = re.compile(r"arn:[^:]+:sts::[0-9]{12}:assumed-role/(?P<role>[^/]+)/.+")


class Unsimulated(Exception):
    """A caller whose policies IAM can't be asked about; the text says why."""


def misplaced_caller(plan: Plan, caller: str) -> Iterator[Problem]:
    """Where the caller's partition isn't the one that the stack's region is of: no call would reach the region."""
    partition = partition_of(plan.boundary.region)
    named = caller.split(":")[1]
    if partition is None or partition.name != named:
        whose = f"of partition {partition.name}" if partition else "none that levee knows"
        yield Problem(
            "wrong-partition",
            f"the caller {caller} is of partition {named}, and the region {plan.boundary.region} is {whose}",
            "use credentials of that partition, or correct region in stack.yaml",
            plan.origin.at("region"),
        )


async def policy_source(api: Api, caller: str) -> str:
    """The ARN of the identity whose policies the caller acts by: for a session, its role's, whose path STS leaves out.

    Raises Unsimulated, and FailedError where the role can't be looked at.
    """
    if _IDENTITY.fullmatch(caller):
        return caller
    if session := _SESSION.fullmatch(caller):
        answer = await api.call("iam", "get_role", RoleName=session["role"])
        return str(answer["Role"]["Arn"])
    if caller.endswith(":root"):
        raise Unsimulated(f"{caller} may do everything, which no policy limits: use a role")
    raise Unsimulated(f"{caller} is no user and no role's session, and IAM simulates no others")
