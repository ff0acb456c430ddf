"""Which other accounts may reach an Amazon MSK cluster.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/mvpc-cluster-owner-action-policy.html. Only connecting is
let through: what a client may do there is its credential's affair, so no `kafka-cluster:*` action stands here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from levee.targets.aws.iam.arn import ClusterArn
from levee.targets.aws.iam.document import EVERYONE, Condition, Document, Effect, Statement
from levee.targets.aws.iam.request import identity

_CONNECT: Final = (
    "kafka:CreateVpcConnection", "kafka:DescribeCluster", "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers",
)  # fmt: skip


def cluster_policy(cluster: ClusterArn, accounts: Sequence[str] = (), organization: str | None = None) -> Document:
    """Let these accounts, or those of one organization (`o-…`), connect to the cluster.

    Raises ValueError where neither or both are given.
    """
    if bool(accounts) == bool(organization):
        raise ValueError("a cluster's policy names accounts or one organization")
    roots = tuple(identity(f"arn:{cluster.partition.name}:iam::{account}:root") for account in accounts)
    members = (Condition("StringEquals", "aws:PrincipalOrgID", (organization,)),) if organization else ()
    return Document(
        (
            Statement(
                effect=Effect.ALLOW,
                sid="Connect",
                principals=roots or (EVERYONE,),
                actions=_CONNECT,
                resources=(str(cluster),),
                conditions=members,
            ),
        )
    )
