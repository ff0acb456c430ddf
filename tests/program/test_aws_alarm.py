"""A monitor as CloudWatch watches it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from levee.clock import SYSTEM_CLOCK
from levee.model.duration import Duration
from levee.plan.planned import Plan
from levee.targets.aws.alarms import alarms
from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.providers.protocol.kind import Declaration, Naming
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.connection import AwsConnection
from levee_infra.targets.aws.kinds.alarm.kind import Alarm
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws_stack import ON_CALL, AwsStack

CLUSTER = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-12ab-34cd-56ef-1234567890ab-2"
TOPIC = "eu.orders.audit.v1"
MINUTE, HOUR, DAY = 60, 3600, 86_400

Alarms = Mapping[str, Mapping[str, Any]]


def plan_of(folder: Path, monitors: str, *, on_msk: bool = False) -> Plan:
    stack = AwsStack(folder, AwsApi("http://127.0.0.1:1", folder / "credentials"))
    stack.edit(
        stack.orders, "    groups: [detection-engine]\n", "    groups: [detection-engine, replay, eu.replay.*]\n"
    )
    stack.orders.write_text(stack.orders.read_text().partition("monitors:")[0] + f"monitors: [{monitors}]\n")
    stack.in_aws(f"alarm_actions: ['{ON_CALL}']")
    return (stack.in_aws(f"cluster_arn: {CLUSTER}") if on_msk else stack).plan()


def alarms_of(plan: Plan) -> Alarms:
    """The alarms of a plan's only stream, by their names after its own."""
    (topic,) = plan.topics
    found = [
        alarm for monitor in plan.monitors for alarm in alarms(plan, topic, monitor, ["detection-engine", "replay"])
    ]
    return {alarm["name"].removeprefix("levee-test-orders-"): alarm for alarm in found}


async def check(alarm: Mapping[str, Any]) -> None:
    """Let the provider refuse what CloudWatch would."""
    tags = {f"levee:{name}": "x" for name in ("managed-by", "stack", "resource")}
    kind = Alarm(Api(AwsConnection(ACCOUNT, REGION)), SYSTEM_CLOCK)
    await kind.check(Declaration({**alarm, "tags": {**tags}}, {}, Naming("alarm")))


EVERY = """
  {kind: silence, window: 15m},
  {kind: drop, window: 1h, threshold: 10},
  {kind: spike, window: 5m, threshold: 5000},
  {kind: lag, window: 5m, threshold: 1000},
  {kind: under-min-isr, window: 5m},
"""
SAID: dict[str, tuple[str, str, float, str]] = {
    "silence": ("MessagesInPerSec", "LessThanOrEqualToThreshold", 0, "breaching"),
    "drop": ("MessagesInPerSec", "LessThanThreshold", 10, "breaching"),
    "spike": ("MessagesInPerSec", "GreaterThanThreshold", 5000, "missing"),
    "lag-detection-engine": ("MaxOffsetLag", "GreaterThanThreshold", 1000, "missing"),
    "lag-replay": ("MaxOffsetLag", "GreaterThanThreshold", 1000, "missing"),
    "under-min-isr": ("UnderMinIsrPartitionCount", "GreaterThanThreshold", 0, "breaching"),
}


@pytest.mark.parametrize("on_msk", [False, True], ids=["any Kafka", "MSK"])
async def test_every_kind_of_monitor_is_an_alarm_that_cloudwatch_takes(tmp_path: Path, on_msk: bool) -> None:
    found = alarms_of(plan_of(tmp_path, EVERY, on_msk=on_msk))

    assert found.keys() == SAID.keys()
    for name, (metric, comparison, threshold, missing) in SAID.items():
        alarm = found[name]
        assert (alarm["comparison"], alarm["threshold"], alarm["treatMissingData"]) == (comparison, threshold, missing)
        assert alarm["actions"] == [ON_CALL]
        assert {metric} == set(_metrics(alarm))
        await check(alarm)


def _metrics(alarm: Mapping[str, Any]) -> list[str]:
    queries = alarm.get("metrics", ())
    return [query["MetricStat"]["Metric"]["MetricName"] for query in queries if "MetricStat" in query] or [
        alarm["metricName"]
    ]


def test_on_msk_what_each_broker_measures_is_added_up(tmp_path: Path) -> None:
    found = alarms_of(plan_of(tmp_path, EVERY, on_msk=True))

    *brokers, total = found["silence"]["metrics"]
    assert total == {"Id": "all", "Expression": "SUM(METRICS())", "ReturnData": True}
    stats = [query["MetricStat"] for query in brokers]
    assert {(stat["Period"], stat["Stat"], stat["Metric"]["Namespace"]) for stat in stats} == {
        (60, "Average", "AWS/Kafka")
    }
    dimensions = [{each["Name"]: each["Value"] for each in stat["Metric"]["Dimensions"]} for stat in stats]
    assert dimensions == [{"Cluster Name": "logs", "Topic": TOPIC, "Broker ID": str(number)} for number in (1, 2, 3)]
    of_cluster = found["under-min-isr"]["metrics"][0]["MetricStat"]["Metric"]["Dimensions"]
    assert {each["Name"] for each in of_cluster} == {"Cluster Name", "Broker ID"}
    assert found["lag-replay"]["dimensions"] == [
        {"name": "Cluster Name", "value": "logs"},
        {"name": "Consumer Group", "value": "replay"},
        {"name": "Topic", "value": TOPIC},
    ]


async def test_of_more_brokers_than_metric_math_takes_a_query_asks_for_any(tmp_path: Path) -> None:
    found = alarms_of(with_brokers(plan_of(tmp_path, EVERY, on_msk=True), 12))

    queries = {name: found[name]["metrics"] for name in ("silence", "under-min-isr")}
    for name, (query,) in queries.items():
        assert (query["Period"], query["ReturnData"]) == (60, True)
        assert found[name]["insufficientDataActions"] == [ON_CALL]
        await check(found[name])
    assert queries["silence"][0]["Expression"] == (
        'SELECT MAX(MessagesInPerSec) FROM SCHEMA("AWS/Kafka", "Broker ID", "Cluster Name", Topic) '
        f"WHERE \"Cluster Name\" = 'logs' AND Topic = '{TOPIC}'"
    )
    assert queries["under-min-isr"][0]["Expression"] == (
        'SELECT MAX(UnderMinIsrPartitionCount) FROM SCHEMA("AWS/Kafka", "Broker ID", "Cluster Name") '
        "WHERE \"Cluster Name\" = 'logs'"
    )
    assert "metrics" not in found["lag-replay"]
    for name in ("drop", "spike"):  # of these the sum itself is asked for
        with pytest.raises(RefusedError, match="at most 10 metrics can be watched together, these are 12"):
            await check(found[name])


async def test_a_query_over_many_brokers_looks_back_three_hours_and_no_further(tmp_path: Path) -> None:
    plan = with_brokers(plan_of(tmp_path, "{kind: silence, window: 15m}", on_msk=True), 11)

    (topic,), (planned,) = plan.topics, plan.monitors
    for window, fits in {"1h": True, "61m": True, "175m": True, "3h": True, "181m": False, "1d": False}.items():
        monitor = replace(planned.monitor, window=Duration.parse(window))
        (alarm,) = alarms(plan, topic, replace(planned, monitor=monitor), ())
        with nullcontext() if fits else pytest.raises(RefusedError, match="looks back 10800 seconds at most"):
            await check(alarm)


def with_brokers(plan: Plan, count: int) -> Plan:
    return replace(plan, cluster=replace(plan.cluster, brokers=count))


def test_elsewhere_metrics_are_in_levees_own_namespace(tmp_path: Path) -> None:
    found = alarms_of(plan_of(tmp_path, EVERY))

    assert {alarm["namespace"] for alarm in found.values()} == {"levee"}
    assert found["drop"]["dimensions"] == [{"name": "Stack", "value": "test"}, {"name": "Topic", "value": TOPIC}]
    assert found["lag-replay"]["dimensions"][0] == {"name": "Consumer Group", "value": "replay"}


WINDOWS: dict[str, tuple[int, int]] = {
    "1m": (MINUTE, 1),
    "90s": (MINUTE, 2),
    "15m": (MINUTE, 15),
    "1h": (MINUTE, 60),
    "61m": (2 * MINUTE, 31),
    "23h59m": (24 * MINUTE, 60),
    "24h": (24 * MINUTE, 60),
    "1d1m": (HOUR, 25),
    "60h": (HOUR, 60),
    "61h": (2 * HOUR, 31),
    "6d23h1m": (3 * HOUR, 56),
    "7d": (3 * HOUR, 56),
}


async def test_a_window_is_cut_into_periods_that_cloudwatch_takes(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{kind: silence, window: 15m}")

    (topic,), (planned,) = plan.topics, plan.monitors
    for window, (seconds, periods) in WINDOWS.items():
        monitor = replace(planned.monitor, window=Duration.parse(window))
        (alarm,) = alarms(plan, topic, replace(planned, monitor=monitor), ())
        assert (alarm["periodSeconds"], alarm["evaluationPeriods"]) == (seconds, periods), window
        assert seconds * periods <= (DAY if seconds < HOUR else 7 * DAY)
        await check(alarm)
