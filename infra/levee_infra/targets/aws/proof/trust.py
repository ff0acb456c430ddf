"""Who may take on a role: the service that is declared, on an errand for this account, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from levee.catalog.partition import partition_name
from levee.plan.planned import Plan
from levee.targets.aws.iam.document import Effect, Principal, PrincipalKind
from levee.targets.aws.iam.evaluate import FULL_ACCESS, Policies
from levee.targets.aws.iam.request import Values, identity, service
from levee_infra.targets.aws.kinds.role.live import LiveRole
from levee_infra.targets.aws.proof.policy_case import PolicyCase, request
from levee_infra.targets.aws.proof.unexpected_access import OUTSIDER, somebody
from levee_infra.verify.check import MARK

ASSUME = "sts:AssumeRole"
ANOTHER_SERVICE = f"{MARK}.amazonaws.com"


def trust_trials(
    plan: Plan, declared: str, role: LiveRole, resource: str = MARK, others: Sequence[str] = ()
) -> Iterator[PolicyCase]:
    """The declared service for `resource` of this account may; for that of another account, for `others` of this one,
    or for nothing it may not. Nobody else may.
    """
    own = plan.boundary.account
    errand = Errand(plan, role, resource)
    yield errand.of(declared, own, own, allowed=True)
    yield errand.of(declared, OUTSIDER, OUTSIDER, allowed=False)
    yield errand.of(declared, OUTSIDER, own, allowed=False)
    yield errand.of(declared, own, OUTSIDER, allowed=False)
    yield errand.of(declared, None, None, allowed=False)
    for other in others:
        yield Errand(plan, role, other).of(declared, own, own, allowed=False)
    for principal in sorted(_others(plan, role) - {service(declared)}):
        if principal.kind is PrincipalKind.SERVICE:
            yield errand.of(principal.name, own, own, allowed=False)
        else:
            policies = Policies(identity=(FULL_ACCESS,), resource=role.trust)
            yield PolicyCase(request(plan, principal, ASSUME, role.arn), policies, allowed=False)


class Errand:
    """Services that take on a role for somebody's `resource`, as the last part of its ARN names it."""

    def __init__(self, plan: Plan, role: LiveRole, resource: str) -> None:
        self._plan, self._role, self._resource = plan, role, resource

    def of(self, name: str, account: str | None, owner: str | None, *, allowed: bool) -> PolicyCase:
        """A service says that it acts for `account`, and for a resource that `owner` owns; None: it says nothing."""
        context: dict[str, Values | None] = {}
        if account is not None and owner is not None:
            kind = name.partition(".")[0].removesuffix("-tasks")  # ecs-tasks acts for ARNs of ecs
            place = f"{partition_name(self._plan.boundary.region)}:{kind}:{self._plan.boundary.region}"
            context = {"aws:SourceAccount": (account,), "aws:SourceArn": (f"arn:{place}:{owner}:{self._resource}",)}
        asked = request(self._plan, service(name), ASSUME, self._role.arn, context)
        return PolicyCase(asked, Policies(resource=self._role.trust), allowed=allowed)


def _others(plan: Plan, role: LiveRole) -> set[Principal]:
    """Everyone whom the trust policy names, another service, an administrator of the account, an outsider."""
    partition = partition_name(plan.boundary.region)
    made_up = (identity(f"arn:{partition}:iam::{each}:role/{MARK}") for each in (plan.boundary.account, OUTSIDER))
    allowing = (statement for statement in role.trust.statements if statement.effect is Effect.ALLOW)
    named = {somebody(each, partition) for statement in allowing for each in statement.principals}
    return {service(ANOTHER_SERVICE), *made_up, *named}
