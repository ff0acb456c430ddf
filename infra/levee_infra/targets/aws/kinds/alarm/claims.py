"""What is claimed of the alarms that watch a stack's streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from levee.model.name import PatternType
from levee.plan.planned import Plan
from levee.targets.aws.alarms import alarms
from levee_infra.targets.aws.kinds.alarm.live import inputs_of
from levee_infra.targets.aws.kinds.alarm.metric_query import plain_queries
from levee_infra.targets.aws.kinds.json_text import canonical
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.live import LiveAccount, present
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
        alarm = yield from present(THERE, name, live.alarms, "there is no such alarm")
        if alarm is not None:
            yield THERE.holds(name, str(alarm.get("AlarmArn")))
            yield from _compared(name, _aspects(declared), _aspects(inputs_of(alarm)))


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


def _aspects(alarm: Mapping[str, Any]) -> Aspects:
    named = {each["name"]: each["value"] for each in alarm.get("dimensions") or ()}
    one = [f"{alarm.get('statistic')} of {alarm.get('namespace')} {alarm.get('metricName')}", named]
    return {
        "comparison": alarm["comparison"],
        "threshold": alarm["threshold"],
        "seconds": _seconds(alarm.get("metrics"), alarm.get("periodSeconds")),
        "periods": alarm["evaluationPeriods"],
        "breaching periods": alarm.get("datapointsToAlarm", alarm["evaluationPeriods"]),
        "missing data": alarm["treatMissingData"],
        "metrics": _by_id(alarm.get("metrics")) or one,
        "switched on": alarm.get("actionsEnabled", True),
        "topics": sorted(alarm["actions"]),
        "topics without data": sorted(alarm.get("insufficientDataActions", ())),
    }


def _seconds(metrics: Any, period: Any) -> list[Any]:
    """How long the period of each metric, or of a query over many, is."""
    stats = (query.get("MetricStat", query) for query in metrics or ())
    return sorted({stat["Period"] for stat in stats if "Period" in stat}) or [period]


def _by_id(queries: Any) -> list[Any]:
    plain = plain_queries(queries or ())
    return sorted(plain, key=canonical) if isinstance(plain, list) else []
