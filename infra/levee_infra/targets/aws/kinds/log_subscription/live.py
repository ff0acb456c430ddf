"""How subscription filters are read: by log group."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from levee_infra.targets.aws.api import Api

ABSENT: Final = ("ResourceNotFoundException",)


async def filters_of(api: Api, group: str) -> Sequence[Mapping[str, Any]] | None:
    """A log group's filters, two at most; None if there is no such log group."""
    answer = await api.find("logs", "describe_subscription_filters", ABSENT, logGroupName=group)
    return None if answer is None else list(answer["subscriptionFilters"])
