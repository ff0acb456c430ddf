"""How alarms are read: many with each request."""

from collections.abc import Mapping
from typing import Any, Final

from levee_infra.targets.aws.api import Api

AT_ONCE: Final = 100
"""Alarms in one request, named or listed."""

PAGE: Final = {"PageSize": AT_ONCE}


async def alarms(api: Api, **which: Any) -> Mapping[str, Mapping[str, Any]]:
    """By name; ``which`` are CloudWatch's own words for a choice of them."""
    listed = await api.pages(
        "cloudwatch", "describe_alarms", "MetricAlarms", AlarmTypes=["MetricAlarm"], PaginationConfig=PAGE, **which
    )
    return {alarm["AlarmName"]: alarm for alarm in listed}
