"""What is claimed of the alarms that watch a stack's streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from levee.model.name import PatternType
from levee.plan.planned import Plan
from levee.targets.aws.alarms import alarms
from levee_infra.targets.aws.kinds.alarm.metric_query import plain_queries
from levee_infra.targets.aws.kinds.json_text import canonical
from levee_infra.targets.aws.live import Unread
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.verify.account import AccountCheck, AccountResult, there

THERE: Final = there(things.ALARM)
THRESHOLD: Final = AccountCheck(things.ALARM, "threshold", "alarms at the declared threshold")
WINDOW: Final = AccountCheck(
    things.ALARM, "window", "watches over the declared time, and takes missing data as declared"
)
WATCHES: Final = AccountCheck(things.ALARM, "watches", "watches the declared metric of its stream")
TELLS: Final = AccountCheck(things.ALARM, "tells", "is switched on and tells whom the stack declares")

CLAIMED: Final[Mapping[AccountCheck, tuple[str, ...]]] = MappingProxyType(
    {
        THRESHOLD: ("comparison", "threshold"),
        WINDOW: ("seconds", "periods", "breaching periods", "missing data"),
        WATCHES: ("metrics",),
        TELLS: ("switched on", "topics", "topics without data"),
    }
)
"""What each check compares."""

Aspects = Mapping[str, Any]
"""What can be compared of an alarm, declared or live, by the words of CLAIMED."""


def alarm_outcomes(plan: Plan, live: LiveAccount) -> Iterator[AccountResult]:
    """Everything about the alarms of every monitor."""
    for declared in declared_alarms(plan):
        name = str(declared["name"])
        found = live.alarms if isinstance(live.alarms, Unread) else live.alarms.get(name)
        match found:
            case Unread(reason):
                yield THERE.unknown(name, reason)
            case None:
                yield THERE.fails(name, "there is no such alarm")
            case _:
                yield THERE.holds(name, str(found.get("AlarmArn")))
                yield from _compared(name, _of_declared(declared), _of_live(found))


def declared_alarms(plan: Plan) -> Iterator[Mapping[str, Any]]:
    """The alarms that a plan's monitors come to, as inputs of `levee:aws:Alarm`."""
    topics = {topic.stream: topic for topic in plan.topics}
    groups: dict[str, list[str]] = {}
    for reader in plan.consumers:
        exact = (group.name for group in reader.consumer.groups if group.type is PatternType.LITERAL)
        groups.setdefault(reader.stream, []).extend(exact)
    for monitor in plan.monitors:
        yield from alarms(plan, topics[monitor.stream], monitor, groups.get(monitor.stream, []))


def _compared(name: str, declared: Aspects, live: Aspects) -> Iterator[AccountResult]:
    for check, aspects in CLAIMED.items():
        differing = [
            f"{aspect}: {live[aspect]}, declared {declared[aspect]}"
            for aspect in aspects
            if live[aspect] != declared[aspect]
        ]
        found = "; ".join(differing) or "; ".join(f"{aspect}: {live[aspect]}" for aspect in aspects)
        yield check.judged(name, holds=not differing, found=found)


def _of_declared(alarm: Mapping[str, Any]) -> Aspects:
    dimensions = [{"Name": each["name"], "Value": each["value"]} for each in alarm.get("dimensions", ())]
    one = _one_metric(alarm.get("namespace"), alarm.get("metricName"), alarm.get("statistic"), dimensions)
    return {
        "comparison": alarm["comparison"],
        "threshold": alarm["threshold"],
        "seconds": _seconds(alarm.get("metrics"), alarm.get("periodSeconds")),
        "periods": alarm["evaluationPeriods"],
        "breaching periods": alarm["evaluationPeriods"],
        "missing data": alarm["treatMissingData"],
        "metrics": _by_id(alarm.get("metrics")) or one,
        "switched on": True,
        "topics": sorted(alarm["actions"]),
        "topics without data": sorted(alarm.get("insufficientDataActions", ())),
    }


def _of_live(alarm: Mapping[str, Any]) -> Aspects:
    one = _one_metric(alarm.get("Namespace"), alarm.get("MetricName"), alarm.get("Statistic"), alarm.get("Dimensions"))
    return {
        "comparison": alarm.get("ComparisonOperator"),
        "threshold": alarm.get("Threshold"),
        "seconds": _seconds(alarm.get("Metrics"), alarm.get("Period")),
        "periods": alarm.get("EvaluationPeriods"),
        "breaching periods": alarm.get("DatapointsToAlarm") or alarm.get("EvaluationPeriods"),
        "missing data": alarm.get("TreatMissingData"),
        "metrics": _by_id(alarm.get("Metrics")) or one,
        "switched on": alarm.get("ActionsEnabled"),
        "topics": sorted(alarm.get("AlarmActions", ())),
        "topics without data": sorted(alarm.get("InsufficientDataActions", ())),
    }


def _seconds(metrics: Any, period: Any) -> list[Any]:
    """How long the period of each metric, or of a query over many, is."""
    stats = (query.get("MetricStat", query) for query in metrics or ())
    return sorted({stat["Period"] for stat in stats if "Period" in stat}) or [period]


def _by_id(queries: Any) -> list[Any]:
    plain = plain_queries(queries or ())
    return sorted(plain, key=canonical) if isinstance(plain, list) else []


def _one_metric(namespace: Any, metric: Any, statistic: Any, dimensions: Any) -> list[Any]:
    named = {each["Name"]: each["Value"] for each in dimensions or ()}
    return [f"{statistic} of {namespace} {metric}", named]
