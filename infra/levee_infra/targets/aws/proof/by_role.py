"""Requests that somebody makes as a live role."""

from __future__ import annotations

from collections.abc import Mapping

from levee.catalog.partition import partition_of
from levee.plan.planned import Plan
from levee.targets.aws.iam.document import Document
from levee.targets.aws.iam.evaluate import Policies
from levee.targets.aws.iam.request import Values, identity
from levee_infra.targets.aws.kinds.role.live import LiveRole
from levee_infra.targets.aws.live import UNKNOWN_POLICY
from levee_infra.targets.aws.proof.policy_case import PolicyCase, request


def by_role(
    plan: Plan,
    role: LiveRole,
    action: str,
    resource: str,
    policy: Document | None,
    context: Mapping[str, Values | None] | None = None,
    *,
    allowed: bool,
) -> PolicyCase:
    """The role asks; `policy` is the resource's own."""
    boundaries = (UNKNOWN_POLICY,) if role.boundary is not None else ()
    policies = Policies(identity=role_policies(role), resource=policy, boundaries=boundaries)
    return PolicyCase(request(plan, identity(role.arn), action, resource, context), policies, allowed=allowed)


def role_policies(role: LiveRole) -> list[Document]:
    """What the role holds. Managed policies besides aren't read: with them little can be determined."""
    return [*role.inline.values(), *([UNKNOWN_POLICY] if role.attached else [])]


def by_service(plan: Plan, service: str) -> dict[str, Values | None]:
    """What KMS learns where a service of AWS uses a key for somebody of the account."""
    partition = partition_of(plan.boundary.region)
    suffix = partition.dns_suffix if partition else ""
    return {
        "kms:ViaService": (f"{service}.{plan.boundary.region}.{suffix}",),
        "kms:CallerAccount": (plan.boundary.account,),
    }
