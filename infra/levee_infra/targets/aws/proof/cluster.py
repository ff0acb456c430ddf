"""What is claimed of the Amazon MSK cluster that a stack names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.planned import Plan
from levee.targets.aws.block import aws_block
from levee.targets.aws.iam.arn import ClusterArn
from levee.targets.aws.iam.perimeter import Insiders
from levee.targets.aws.names import secret_name
from levee_infra.targets.aws.live import Unread
from levee_infra.targets.aws.msk_cluster import LiveCluster
from levee_infra.targets.aws.preflight.cluster import judge_cluster
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.targets.aws.proof.policy_case import tried
from levee_infra.targets.aws.proof.unexpected_access import insiders, outsiders
from levee_infra.verify.account import AccountCheck, AccountResult, there

THERE: Final = there(things.CLUSTER)
CLOSED: Final = AccountCheck(things.CLUSTER, "closed", "is ACTIVE, encrypted and no more open than declared")
USERS: Final = AccountCheck(
    things.CLUSTER, "users", "takes the users of the declared secrets, and no other of the stack"
)
OUTSIDERS: Final = AccountCheck(things.CLUSTER, "no outsiders", "lets in no account that isn't declared")
ACTIONS: Final = ("kafka:CreateVpcConnection", "kafka:GetBootstrapBrokers", "kafka-cluster:Connect")


def cluster_outcomes(plan: Plan, live: LiveAccount) -> Iterator[AccountResult]:
    """Everything about the cluster; nothing where the stack names none."""
    arn = aws_block(plan).cluster_arn
    if arn is None:
        return
    name = ClusterArn.parse(arn).name
    match live.cluster:
        case Unread(reason):
            yield THERE.unknown(name, reason)
        case None:
            yield THERE.fails(name, "there is no such cluster")
        case LiveCluster() as cluster:
            yield THERE.holds(name, arn)
            problems = [problem.message for problem in judge_cluster(plan, cluster.about)]
            yield CLOSED.judged(name, holds=not problems, found="; ".join(problems) or "as declared")
            if plan.secrets.in_aws:
                yield _users(plan, live, name, cluster)
            yield _outsiders(plan, name, cluster)


def _users(plan: Plan, live: LiveAccount, name: str, cluster: LiveCluster) -> AccountResult:
    """By the secrets that it knows: those of the stack's prefix, for others may be other stacks'."""
    if isinstance(live.secrets, Unread):
        return USERS.unknown(name, live.secrets.reason)
    declared = {secret_name(plan, username) for credential in plan.credentials for username in credential.usernames}
    ours = {arn for arn in cluster.secrets if f":secret:{plan.secrets.prefix}" in arn}
    wanted = {secret.arn for kept, secret in live.secrets.items() if kept in declared}
    missing, more = sorted(wanted - ours), sorted(ours - wanted)
    found = [*(f"it doesn't take {arn}" for arn in missing), *(f"it takes {arn}, which isn't valid" for arn in more)]
    if not found and declared - live.secrets.keys():
        return USERS.unknown(name, "not all declared secrets are there")
    return USERS.judged(name, holds=not found, found="; ".join(found) or f"{len(ours):,} secrets")


def _outsiders(plan: Plan, name: str, cluster: LiveCluster) -> AccountResult:
    declared, inside = plan.cluster.policy, insiders(plan)
    if declared is not None:
        inside = Insiders((*inside.accounts, *declared.accounts), declared.organization)
    resource = str(cluster.about.get("ClusterArn"))
    return tried(OUTSIDERS, name, outsiders(plan, cluster.policy, ACTIONS, resource, inside))
