"""A declared monitor as the inputs of `levee:aws:Alarm`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from levee.model.duration import Duration
from levee.model.stream import MonitorKind
from levee.plan.planned import Plan, PlannedMonitor, PlannedTopic
from levee.targets.aws.block import aws_block
from levee.targets.aws.form import MOST_METRICS
from levee.targets.aws.iam.arn import ClusterArn
from levee.targets.aws.metrics import MSK_NAMESPACE, OWN_NAMESPACE, WATCHES, Watch
from levee.targets.aws.names import alarm_name

MINUTE: Final = 60
MOST_PERIODS: Final = 60
"""Periods of an alarm: its window is cut into at most so many."""

HOUR_MINUTES, DAY_MINUTES = 60, 24 * 60


def alarms(
    plan: Plan, topic: PlannedTopic, planned: PlannedMonitor, groups: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    """The alarms of a monitor, without tags: one, and of a lag one for each consumer group of the stream.

    On MSK what brokers measure apart is added up by metric math, which takes 10 metrics. Of more brokers a query tells
    whether any of them measures more than nothing, where that is the question; the rest the provider refuses.
    """
    monitor = planned.monitor
    watch = WATCHES[monitor.kind]
    period, periods = _periods(monitor.window)
    for group in groups if monitor.kind is MonitorKind.LAG else ("",):
        about = f"consumer group {group} lags" if group else monitor.kind.value
        yield {
            "name": alarm_name(plan.stack, planned.stream, monitor.kind, group),
            "description": f"{topic.name}: {about} (stream {planned.stream}, stack {plan.stack})",
            "comparison": watch.comparison,
            "threshold": watch.threshold if monitor.threshold is None else float(monitor.threshold),
            "evaluationPeriods": periods,
            "treatMissingData": watch.missing,
            "actions": sorted(aws_block(plan).alarm_actions),
            **_watched(plan, topic, watch, group, period),
        }


def _periods(window: Duration) -> tuple[int, int]:
    """How long a period is, in seconds, and how many make up the window, which is rounded up to whole periods.

    More than a day CloudWatch takes in periods of whole hours only, and never more than a week
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
    """
    minutes = -(-window.milliseconds // (MINUTE * 1000))
    unit = 1 if minutes <= DAY_MINUTES else HOUR_MINUTES
    units = -(-minutes // unit)
    length = -(-units // MOST_PERIODS)
    return length * unit * MINUTE, -(-units // length)


def _watched(plan: Plan, topic: PlannedTopic, watch: Watch, group: str, period: int) -> Mapping[str, Any]:
    arn = aws_block(plan).cluster_arn
    cluster = None if arn is None else ClusterArn.parse(arn)
    if cluster is not None and watch.by_broker:
        of_topic = {"Topic": topic.name} if watch.by_topic else {}
        dimensions = {"Cluster Name": cluster.name, **of_topic}
        if plan.cluster.brokers > MOST_METRICS and watch.threshold == 0.0:
            # AWS doesn't say whether a query that finds no metric at all counts as missing data: that tells, too.
            told = sorted(aws_block(plan).alarm_actions)
            return {"metrics": [_greatest(watch, dimensions, period)], "insufficientDataActions": told}
        return {"metrics": _sum(watch, dimensions, plan.cluster.brokers, period)}
    if cluster is not None:
        dimensions = {"Cluster Name": cluster.name, "Topic": topic.name, "Consumer Group": group}
    else:
        dimensions = {"Stack": plan.stack, "Topic": topic.name} | ({"Consumer Group": group} if group else {})
    return {
        "namespace": OWN_NAMESPACE if cluster is None else MSK_NAMESPACE,
        "metricName": watch.metric,
        "statistic": watch.statistic,
        "periodSeconds": period,
        "dimensions": _listed(dimensions),
    }


def _greatest(watch: Watch, dimensions: Mapping[str, str], period: int) -> dict[str, Any]:
    """The greatest value that any broker measured: above 0 exactly where their sum is, however often they measure.

    Names of topics and clusters have nothing that would end a quoted text.
    """
    schema = ", ".join(_quoted(name) for name in sorted({"Broker ID", *dimensions}))
    where = " AND ".join(f"{_quoted(name)} = '{value}'" for name, value in sorted(dimensions.items()))
    query = f'SELECT MAX({watch.metric}) FROM SCHEMA("{MSK_NAMESPACE}", {schema}) WHERE {where}'  # noqa: S608 - see above
    return {"Id": "greatest", "Expression": query, "Period": period, "ReturnData": True}


def _quoted(name: str) -> str:
    return name if name.isalnum() else f'"{name}"'


def _sum(watch: Watch, dimensions: Mapping[str, str], brokers: int, period: int) -> list[dict[str, Any]]:
    queries: list[dict[str, Any]] = [
        {
            "Id": f"broker{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": MSK_NAMESPACE,
                    "MetricName": watch.metric,
                    "Dimensions": [
                        {"Name": name, "Value": value}
                        for name, value in sorted({**dimensions, "Broker ID": str(number)}.items())
                    ],
                },
                "Period": period,
                "Stat": watch.statistic,
            },
            "ReturnData": False,
        }
        for number in range(1, brokers + 1)
    ]
    return [*queries, {"Id": "all", "Expression": "SUM(METRICS())", "ReturnData": True}]


def _listed(dimensions: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in sorted(dimensions.items())]
