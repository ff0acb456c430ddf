"""An Amazon MSK cluster as its API tells. Nothing here is changed: clusters are made elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from levee.targets.aws.iam.document import Document
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.kinds.cluster_policy.live import policy_of
from levee_infra.targets.aws.kinds.scram_association.live import secrets_of
from levee_infra.targets.aws.live import read_policy

ABSENT: Final = ("NotFoundException",)


@dataclass(frozen=True, slots=True)
class LiveCluster:
    """`about` is its ClusterInfo, `secrets` the ARNs of those that it takes users from."""

    about: Mapping[str, Any]
    secrets: tuple[str, ...]
    policy: Document | None = None


async def describe(api: Api, arn: str) -> Mapping[str, Any] | None:
    """Its ClusterInfo; None where there is no such cluster."""
    answer = await api.find("kafka", "describe_cluster_v2", ABSENT, ClusterArn=arn)
    return None if answer is None else answer["ClusterInfo"]


async def read_cluster(api: Api, arn: str) -> LiveCluster | None:
    """All of it."""
    about = await describe(api, arn)
    if about is None:
        return None
    secrets, policy = await asyncio.gather(secrets_of(api, arn), policy_of(api, arn))
    text = None if policy is None else policy["Policy"]
    return LiveCluster(about, tuple(sorted(secrets or ())), read_policy(text, of_resource=True))
