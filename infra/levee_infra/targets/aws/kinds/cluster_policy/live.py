"""How the policy of an MSK cluster is read."""

from collections.abc import Mapping
from typing import Any, Final

from levee_infra.targets.aws.api import Api

ABSENT: Final = ("NotFoundException",)


async def policy_of(api: Api, cluster: str) -> Mapping[str, Any] | None:
    """Its ``Policy`` and ``CurrentVersion``; None where it has none."""
    answer = await api.find("kafka", "get_cluster_policy", ABSENT, ClusterArn=cluster)
    return answer if answer and answer.get("Policy") else None
