"""How alarms are read: many with each request, and in the words of what is declared."""

from collections.abc import Mapping
from typing import Any, Final

from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.kinds.alarm.metric_query import plain_queries
from levee_infra.targets.aws.kinds.json_text import canonical

AT_ONCE: Final = 100
"""Alarms in one request, named or listed."""

MISSING: Final = ("missing", "breaching", "notBreaching", "ignore")
ACTIONS: Final[Mapping[str, str]] = {
    "actions": "AlarmActions",
    "okActions": "OKActions",
    "insufficientDataActions": "InsufficientDataActions",
}
ONE_METRIC: Final[Mapping[str, str]] = {
    "namespace": "Namespace",
    "metricName": "MetricName",
    "statistic": "Statistic",
    "extendedStatistic": "ExtendedStatistic",
    "periodSeconds": "Period",
}
ALWAYS_PUT: Final[Mapping[str, str]] = {
    "description": "AlarmDescription",
    "comparison": "ComparisonOperator",
    "threshold": "Threshold",
    "evaluationPeriods": "EvaluationPeriods",
    "datapointsToAlarm": "DatapointsToAlarm",
    "treatMissingData": "TreatMissingData",
    "actionsEnabled": "ActionsEnabled",
    **ACTIONS,
}
"""Inputs, and the API's names of them."""

PAGE: Final = {"PageSize": AT_ONCE}


async def alarms(api: Api, **which: Any) -> Mapping[str, Mapping[str, Any]]:
    """By name; ``which`` are CloudWatch's own words for a choice of them."""
    listed = await api.pages(
        "cloudwatch", "describe_alarms", "MetricAlarms", AlarmTypes=["MetricAlarm"], PaginationConfig=PAGE, **which
    )
    return {alarm["AlarmName"]: alarm for alarm in listed}


def inputs_of(alarm: Mapping[str, Any]) -> Properties:
    """An alarm as it would be declared. What it doesn't have is None, so that the lack shows as a difference."""
    inputs: Properties = {name: alarm.get(api) for name, api in {**ALWAYS_PUT, **ONE_METRIC}.items()}
    inputs |= {name: sorted(alarm.get(api, ())) for name, api in ACTIONS.items()}
    inputs["name"] = alarm["AlarmName"]
    inputs["metrics"] = plain_queries(alarm.get("Metrics", ()))
    if inputs["metrics"] is None:
        dimensions = ({"name": each["Name"], "value": each["Value"]} for each in alarm.get("Dimensions", ()))
        inputs["dimensions"] = sorted(dimensions, key=canonical)
    else:
        inputs.update(dict.fromkeys((*ONE_METRIC, "dimensions")))
    inputs["datapointsToAlarm"] = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    inputs["treatMissingData"] = alarm.get("TreatMissingData") or MISSING[0]
    return inputs
