"""Alarms: what is refused, what is made, whom they tell, and how few requests many of them take."""

import asyncio
from typing import Any

import pytest

from levee_infra.providers.protocol.properties import UNKNOWN, Properties
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.faults import Kind
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

TOKEN = "levee:aws:Alarm"
NAME = "levee-prod-billing-lag"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"


def declared(name: str = NAME, /, **changes: Any) -> Properties:
    """A compliant alarm on one metric; tests change one thing. None takes a property out."""
    inputs: Properties = {
        "name": name,
        "description": "billing: the reader is behind",
        "namespace": "AWS/Kafka",
        "metricName": "SumOffsetLag",
        "dimensions": [{"name": "Topic", "value": "logs.billing"}, {"name": "Consumer Group", "value": "siem"}],
        "statistic": "Maximum",
        "comparison": "GreaterThanThreshold",
        "threshold": 1000,
        "periodSeconds": 60,
        "evaluationPeriods": 5,
        "treatMissingData": "breaching",
        "actions": [TOPIC],
        "tags": {
            "levee:managed-by": "levee",
            "levee:stack": "prod",
            "levee:resource": name,
            "owner": "pay",
        },
    }
    return {key: value for key, value in {**inputs, **changes}.items() if value is not None}


def broker(number: int) -> dict[str, Any]:
    dimensions = [{"Name": "Broker ID", "Value": str(number)}, {"Name": "Cluster Name", "Value": "logs"}]
    metric = {"Namespace": "AWS/Kafka", "MetricName": "MessagesInPerSec", "Dimensions": dimensions}
    stat = {"Metric": metric, "Period": 300, "Stat": "Average"}
    return {"Id": f"b{number}", "ReturnData": False, "MetricStat": stat}


def computed(name: str = NAME, /, **changes: Any) -> Properties:
    """The same on the sum of a metric over all brokers."""
    whole = {"Id": "all", "Expression": "SUM([b1, b2])", "Label": "messages", "ReturnData": True}
    one_metric = dict.fromkeys(("namespace", "metricName", "dimensions", "statistic", "periodSeconds"))
    return declared(name, **{**one_metric, "metrics": [whole, broker(1), broker(2)], **changes})


SELECT = {
    "Id": "any",
    "Expression": 'SELECT MAX(MessagesInPerSec) FROM SCHEMA("AWS/Kafka", "Broker ID") WHERE Topic = \'logs.billing\'',
    "Period": 60,
    "ReturnData": True,
}


async def make(engine: ResourceEngine, inputs: Properties) -> Resource:
    return await engine.create(TOKEN, str(inputs["name"]), inputs)


async def refreshed(engine: ResourceEngine, alarm: Resource) -> Resource:
    found = await engine.refresh(alarm)
    assert found is not None
    return found


def live(aws: AwsApi, name: str = NAME) -> dict[str, Any]:
    (alarm,) = aws.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return dict(alarm)


def tags_of(aws: AwsApi) -> dict[str, str]:
    answer = aws.client("cloudwatch").list_tags_for_resource(ResourceARN=live(aws)["AlarmArn"])
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


def put_by_hand(aws: AwsApi, **changes: Any) -> None:
    """Change one thing of the alarm, as somebody does in the console."""
    told = {"AlarmArn", "AlarmConfigurationUpdatedTimestamp", "StateValue", "StateUpdatedTimestamp", "StateReason"}
    told |= {"StateReasonData", "StateTransitionedTimestamp"}
    was = {key: value for key, value in live(aws).items() if key not in told}
    now = {key: value for key, value in {**was, **changes}.items() if value is not None}
    aws.client("cloudwatch").put_metric_alarm(**now)


@pytest.mark.parametrize(
    ("seconds", "periods", "longest"), [(60, 1440, 86_400), (3540, 24, 86_400), (3600, 168, 604_800)]
)
async def test_a_day_is_judged_at_most_and_a_week_in_periods_of_hours(
    engine: ResourceEngine, seconds: int, periods: int, longest: int
) -> None:
    await engine.check(TOKEN, NAME, declared(periodSeconds=seconds, evaluationPeriods=periods))
    with pytest.raises(CheckFailedError) as caught:
        await engine.check(TOKEN, NAME, declared(periodSeconds=seconds, evaluationPeriods=periods + 1))
    assert f"at most {longest} seconds" in caught.value.reasons["evaluationPeriods"]


@pytest.mark.parametrize(
    ("inputs", "where", "words"),
    [
        (declared(namespace=":x"), "namespace", "begin with a colon"),
        (declared(statistic=None), "statistic", "must be declared, or extendedStatistic"),
        (declared(extendedStatistic="p99"), "statistic", "not both"),
        (declared(statistic="Median"), "statistic", "SampleCount, Average"),
        (declared(statistic=None, extendedStatistic="median"), "extendedStatistic", "such as p99"),
        (declared(comparison="Above"), "comparison", "GreaterThanThreshold"),
        (declared(threshold="high"), "threshold", "must be a number"),
        (declared(threshold="nan"), "threshold", "must be a number"),
        (declared(periodSeconds=90), "periodSeconds", "multiple of 60"),
        (declared(evaluationPeriods=0), "evaluationPeriods", "1 or more"),
        (declared(evaluationPeriods=1441), "evaluationPeriods", "at most 86400 seconds"),
        (declared(datapointsToAlarm=6), "datapointsToAlarm", "1 to 5"),
        (declared(treatMissingData="fine"), "treatMissingData", "missing, breaching"),
        (declared(actionsEnabled=False), "actionsEnabled", "tells nobody"),
        (declared(actions=[TOPIC.replace(ACCOUNT, "999999999999")]), "actions", "999999999999"),
        (declared(okActions=[TOPIC.replace(REGION, "us-east-1")]), "okActions", "us-east-1"),
        (declared(insufficientDataActions=["mailto:a@b.c"]), "insufficientDataActions", "no ARN of an SNS topic"),
        (declared(actions=[TOPIC.replace("sns", "lambda")]), "actions", "no ARN of an SNS topic"),
        (declared(actions=[TOPIC] * 6), "actions", "CloudWatch takes 5"),
        (declared(dimensions=[{"name": "Topic", "val": "x"}]), "dimensions", "needs value"),
        (declared(dimensions=[{"name": "Topic", "value": "x"}] * 2), "dimensions", "each name once"),
        (declared(description="x" * 1025), "description", "at most 1024 characters"),
        (declared(metric="x"), "metric", "did you mean metrics?"),
        (computed(namespace="AWS/Kafka"), "namespace", "leave it out where metrics are declared"),
        (computed(metrics=[broker(1)]), "metrics", "exactly one query must have ReturnData"),
        (computed(metrics=[{"Id": "e", "Expression": "1", "ReturnData": True}]), "metrics", "watch nothing"),
        (computed(metrics=[{**broker(1), "ReturnData": True}, broker(1)]), "metrics", "two queries have one Id"),
        (computed(metrics=[{**broker(1), "ReturnData": True, "AccountId": "9"}]), "metrics", "has no AccountId"),
        (computed(metrics=[{**broker(1), "ReturnData": True, "Expression": "b1"}]), "metrics", "either an Expression"),
        (computed(metrics=[{**broker(1), "ReturnData": True, "Id": "B1"}]), "metrics", "needs an Id"),
        (computed(metrics=[{"Id": "b", "MetricStat": {}, "ReturnData": True}]), "metrics", "must be an object with"),
        (computed(metrics=[broker(number) for number in range(11)]), "metrics", "at most 10 metrics"),
        (
            computed(metrics=[SELECT, {**SELECT, "Id": "two", "ReturnData": False}]),
            "metrics",
            "one query may be a SELECT",
        ),
        (computed(metrics=[{**SELECT, "Period": 10}]), "metrics", "a multiple of 60"),
        (computed(metrics=[{**SELECT, "Period": None}]), "metrics", "a multiple of 60"),
        (computed(metrics=[{**SELECT, "Period": 3600}], evaluationPeriods=4), "metrics", "looks back 10800 seconds"),
        (computed(metrics="SUM(METRICS())"), "metrics", "must be a list of objects"),
    ],
)
async def test_a_declaration_with_one_thing_wrong_is_refused_there(
    engine: ResourceEngine, inputs: Properties, where: str, words: str
) -> None:
    with pytest.raises(CheckFailedError) as refusal:
        await engine.check(TOKEN, "lag", inputs)
    assert words in refusal.value.reasons[where]


async def test_values_that_are_not_known_yet_are_taken(engine: ResourceEngine) -> None:
    await engine.preview_create(TOKEN, "lag", computed(metrics=UNKNOWN))
    for unknown in ("dimensions", "threshold", "actions", "evaluationPeriods"):
        await engine.preview_create(TOKEN, "lag", declared(**{unknown: UNKNOWN}))


async def test_the_name_can_not_change(engine: ResourceEngine) -> None:
    with pytest.raises(CheckFailedError, match="can't change from"):
        await engine.check(TOKEN, "lag", declared("another"), declared())


@pytest.mark.parametrize(
    "inputs",
    [
        declared(),
        declared(statistic=None, extendedStatistic="p99", threshold=0.5),
        computed(),
        computed(metrics=[SELECT], insufficientDataActions=[TOPIC]),
    ],
)
async def test_an_alarm_is_made_as_declared_and_then_nothing_changes(
    engine: ResourceEngine, aws: AwsApi, inputs: Properties
) -> None:
    made = await make(engine, inputs)

    assert (made.id, made.outputs["arn"]) == (NAME, live(aws)["AlarmArn"])
    assert live(aws)["Threshold"] == inputs["threshold"]
    assert live(aws)["AlarmActions"] == [TOPIC]
    assert live(aws)["DatapointsToAlarm"] == 5
    assert tags_of(aws) == inputs["tags"]
    assert await engine.changed(made, inputs) == set()
    read = await refreshed(engine, made)
    assert read.outputs == {**read.outputs, **made.outputs}
    assert await engine.changed(read, inputs) == set()
    imported = await engine.import_(TOKEN, NAME, NAME)
    assert imported is not None
    assert await engine.changed(imported, inputs) == set()


async def test_it_changes_in_place(engine: ResourceEngine, aws: AwsApi) -> None:
    made = await make(engine, declared())
    aws.reset_calls()
    tags = {name: value for name, value in tags_of(aws).items() if name != "owner"} | {"class": "pci"}
    wanted = declared(threshold=5000, periodSeconds=300, tags=tags)
    assert await engine.changed(made, wanted) == {"threshold", "periodSeconds", "tags.class", "tags.owner"}
    updated = await engine.update(made, wanted)
    assert (live(aws)["Threshold"], live(aws)["Period"]) == (5000, 300)
    assert tags_of(aws) == tags
    assert aws.calls()["cloudwatch:PutMetricAlarm"] == 1

    math = await engine.update(updated, computed(tags=tags))
    assert "MetricName" not in live(aws)
    back = await engine.update(math, wanted)
    assert live(aws)["MetricName"] == "SumOffsetLag"
    assert await engine.changed(await refreshed(engine, back), wanted) == set()


DRIFTS: list[tuple[dict[str, Any], set[str]]] = [
    (
        {"Threshold": 1e9, "TreatMissingData": "ignore", "EvaluationPeriods": 50, "AlarmDescription": "theirs"},
        {"threshold", "treatMissingData", "evaluationPeriods", "description"},
    ),
    (
        {"ActionsEnabled": False, "OKActions": [TOPIC], "Statistic": None, "ExtendedStatistic": "p50"},
        {"actionsEnabled", "okActions", "statistic"},
    ),
    ({"AlarmActions": [TOPIC, TOPIC.replace(ACCOUNT, "999999999999")]}, {"actions"}),
    ({"Dimensions": [{"Name": "Topic", "Value": "logs.other"}]}, {"dimensions"}),
]


async def test_each_drift_is_found_and_put_right(engine: ResourceEngine, aws: AwsApi) -> None:
    made = await make(engine, declared())
    for planted, where in DRIFTS:
        put_by_hand(aws, **planted)
        drifted = await refreshed(engine, made)
        assert await engine.changed(drifted, declared()) == where
        made = await engine.update(drifted, declared())
        assert await engine.changed(await refreshed(engine, made), declared()) == set()
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.tag_resource(ResourceARN=live(aws)["AlarmArn"], Tags=[{"Key": "owner", "Value": "x"}])
    assert await engine.changed(await refreshed(engine, made), declared()) == {"tags.owner"}
    cloudwatch.delete_alarms(AlarmNames=[NAME])
    assert await engine.refresh(made) is None


async def test_a_strangers_alarm_is_left_alone(engine: ResourceEngine, aws: AwsApi) -> None:
    await make(engine, declared())
    put_by_hand(aws, Threshold=7)
    others = {**tags_of(aws), "levee:resource": "another"}
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.tag_resource(
        ResourceARN=live(aws)["AlarmArn"], Tags=[{"Key": key, "Value": value} for key, value in others.items()]
    )
    checked = await engine.check(TOKEN, "lag", declared())
    for call in (engine.preview_create, engine.create_checked):
        failure = await failure_of(call(TOKEN, "lag", checked))
        assert "it is another of stack prod" in str(failure.details())
    assert live(aws)["Threshold"] == 7


FAULTS: list[tuple[str, Kind]] = [
    ("cloudwatch:PutMetricAlarm", "lost"),
    ("cloudwatch:DescribeAlarms", "throttled"),
    ("resourcegroupstaggingapi:GetResources", "server-error"),
]


async def test_what_passes_is_tried_again(engine: ResourceEngine, aws: AwsApi) -> None:
    for operation, kind in FAULTS:
        aws.fail(operation, kind)
    made = await make(engine, declared())
    assert await engine.changed(await refreshed(engine, made), declared()) == set()
    assert len(aws.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 1


async def test_what_is_denied_is_said_and_then_finished(engine: ResourceEngine, aws: AwsApi) -> None:
    checked = await engine.check(TOKEN, "lag", declared())
    for operation in ("cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"):
        aws.fail(operation, "denied")
        failure = await failure_of(engine.create_checked(TOKEN, "lag", checked))
        assert "was answered AccessDeniedException (request " in str(failure.details())
    await engine.create_checked(TOKEN, "lag", checked)
    again = await engine.create_checked(TOKEN, "lag", checked)
    assert len(aws.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 1
    aws.fail("cloudwatch:*", "denied", times=2)
    assert "AccessDenied" in str((await failure_of(engine.refresh(again))).details())


@pytest.mark.parametrize("operation", ["cloudwatch:DescribeAlarms", "resourcegroupstaggingapi:GetResources"])
async def test_who_may_not_list_looks_at_each(engine: ResourceEngine, aws: AwsApi, operation: str) -> None:
    made = await make(engine, declared())
    aws.fail(operation, "denied")
    assert await refreshed(engine, made) == made
    aws.forget_faults()


async def test_many_are_listed_once_and_removed_together(engine: ResourceEngine, aws: AwsApi) -> None:
    names = [f"levee-prod-{number}" for number in range(101)]
    checked = [await engine.check(TOKEN, name, declared(name)) for name in names]
    pairs = zip(names, checked, strict=True)
    made = await asyncio.gather(*(engine.create_checked(TOKEN, name, inputs) for name, inputs in pairs))
    created = aws.calls()
    assert created["cloudwatch:PutMetricAlarm"] == len(names)
    assert created["cloudwatch:ListTagsForResource"] == 0
    assert created["cloudwatch:DescribeAlarms"] < 20

    aws.reset_calls()
    read = await asyncio.gather(*map(engine.refresh, made))
    assert [one and one.outputs["name"] for one in read] == names
    listed = aws.calls()
    assert listed["cloudwatch:ListTagsForResource"] == 0
    assert listed["cloudwatch:DescribeAlarms"] + listed["resourcegroupstaggingapi:GetResources"] < 20

    aws.reset_calls()
    await asyncio.gather(*map(engine.delete, made))
    await engine.delete(made[0])
    assert aws.calls()["cloudwatch:DeleteAlarms"] < 10
    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
