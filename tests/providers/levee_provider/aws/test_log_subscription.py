"""Subscription filters: where logs may be sent, whose filter is whose, and that only two fit."""

import asyncio
from typing import Any

import pytest

from levee_infra.providers.protocol.properties import UNKNOWN, Properties
from levee_infra.targets.aws.kinds.log_subscription import kind as log_subscription
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.faults import Kind
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

TOKEN = "levee:aws:LogSubscription"
GROUP = "/ecs/billing"
ID = f"{GROUP}|levee-billing"
STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/levee-billing"
OTHER_STREAM = f"{STREAM}-2"
LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:carry"
CRITERIA = f'@aws.region = "{REGION}"'
ROLE = f"arn:aws:iam::{ACCOUNT}:role/levee/logs-to-kinesis"


def declared(**changes: Any) -> Properties:
    """A compliant filter; tests change one thing. None takes a property out."""
    inputs: Properties = {
        "logGroup": GROUP,
        "filterName": "levee-billing",
        "filterPattern": "?ERROR ?WARN",
        "destinationArn": STREAM,
        "roleArn": ROLE,
    }
    return {name: value for name, value in {**inputs, **changes}.items() if value is not None}


@pytest.fixture
def logs(aws: AwsApi) -> Any:
    """CloudWatch Logs by hand, with the log group and two streams to send to."""
    for name in ("levee-billing", "levee-billing-2"):
        aws.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    aws.client("logs").create_log_group(logGroupName=GROUP)
    return aws.client("logs")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test message of an existing stream arrives at once."""
    monkeypatch.setattr(log_subscription, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(log_subscription, "PAUSE_SECONDS", 0.02)


def put_by_hand(logs: Any, **changes: Any) -> None:
    put = {"logGroupName": GROUP, "filterName": "levee-billing", "filterPattern": "?ERROR ?WARN"}
    logs.put_subscription_filter(**{**put, "destinationArn": STREAM, "roleArn": ROLE, **changes})


def filters(logs: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = logs.describe_subscription_filters(logGroupName=GROUP)["subscriptionFilters"]
    return found


async def make(engine: ResourceEngine) -> Resource:
    return await engine.create(TOKEN, "billing", declared())


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"logGroup": "a|b"}, "logGroup", "no name that CloudWatch Logs takes"),
        ({"filterName": "a:b"}, "filterName", "no name that CloudWatch Logs takes"),
        ({"filterPattern": "x" * 1025}, "filterPattern", "at most 1024"),
        ({"destinationArn": f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/a/b"}, "destinationArn", "can't send to Kafka"),
        ({"destinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:x"}, "destinationArn", "logs destination"),
        ({"destinationArn": STREAM.replace(ACCOUNT, "999999999999")}, "destinationArn", "999999999999"),
        ({"destinationArn": STREAM.replace(REGION, "us-east-1")}, "destinationArn", "us-east-1"),
        ({"destinationArn": STREAM.replace("aws:", "aws-cn:")}, "destinationArn", "partition aws-cn"),
        ({"destinationArn": "levee-billing"}, "destinationArn", "must be the ARN of one of kinesis stream"),
        ({"roleArn": None}, "roleArn", "needs roleArn"),
        ({"roleArn": ROLE.replace(ACCOUNT, "999999999999")}, "roleArn", "999999999999"),
        ({"roleArn": STREAM}, "roleArn", "no ARN of a role"),
        ({"destinationArn": LAMBDA}, "roleArn", "says who may send to it"),
        ({"destinationArn": LAMBDA, "roleArn": None, "distribution": "Random"}, "distribution", "Kinesis stream only"),
        ({"distribution": "Evenly"}, "distribution", "ByLogStream or Random"),
        ({"fieldSelectionCriteria": CRITERIA}, "fieldSelectionCriteria", 'must be ""'),
        ({"applyOnTransformedLogs": True}, "applyOnTransformedLogs", "must be false"),
        ({"emitSystemFields": ["@aws.account"]}, "emitSystemFields", "must be []"),
        ({"tags": {}}, "tags", "has no property tags"),
    ],
)
async def test_a_declaration_with_one_thing_wrong_is_refused_there(
    engine: ResourceEngine, changes: Properties, where: str, words: str
) -> None:
    with pytest.raises(CheckFailedError) as refusal:
        await engine.check(TOKEN, "billing", declared(**changes))
    assert words in refusal.value.reasons[where]


@pytest.mark.parametrize(
    "changes",
    [
        {"destinationArn": LAMBDA, "roleArn": None},
        {"destinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:destination:siem", "roleArn": None},
        {"destinationArn": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/siem"},
        {"destinationArn": UNKNOWN},
        {"roleArn": UNKNOWN},
        {"distribution": "Random"},
    ],
)
async def test_other_destinations_are_taken(engine: ResourceEngine, changes: Properties) -> None:
    await engine.check(TOKEN, "billing", declared(**changes))


@pytest.mark.parametrize("changes", [{"logGroup": "/other"}, {"filterName": "other"}])
async def test_its_names_can_not_change(engine: ResourceEngine, changes: Properties) -> None:
    with pytest.raises(CheckFailedError, match="can't change from"):
        await engine.check(TOKEN, "billing", declared(**changes), declared())


async def test_a_filter_is_made_as_declared_and_then_nothing_changes(engine: ResourceEngine, logs: Any) -> None:
    made = await make(engine)

    assert made.id == ID
    (live,) = filters(logs)
    assert (live["filterPattern"], live["destinationArn"], live["roleArn"]) == ("?ERROR ?WARN", STREAM, ROLE)
    assert await engine.changed(made, declared()) == set()
    read = await engine.refresh(made)
    assert read is not None
    assert read.outputs == made.outputs
    imported = await engine.import_(TOKEN, "billing", ID)
    assert imported is not None
    assert imported.inputs == made.inputs
    assert "is no id of a subscription filter" in str((await failure_of(engine.import_(TOKEN, "x", "x"))).details())


async def test_it_changes_in_place_and_drift_is_put_right(engine: ResourceEngine, logs: Any) -> None:
    made = await make(engine)
    wanted = declared(filterPattern=None, destinationArn=OTHER_STREAM)
    assert await engine.changed(made, wanted) == {"filterPattern", "destinationArn"}
    made = await engine.update(made, wanted)
    assert [(one["filterPattern"], one["destinationArn"]) for one in filters(logs)] == [("", OTHER_STREAM)]

    put_by_hand(logs, destinationArn=STREAM, roleArn=ROLE + "-2")
    drifted = await engine.refresh(made)
    assert drifted is not None
    assert await engine.changed(drifted, wanted) == {"filterPattern", "destinationArn", "roleArn"}
    await engine.update(drifted, wanted)
    assert [(one["destinationArn"], one["roleArn"]) for one in filters(logs)] == [(OTHER_STREAM, ROLE)]


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("fieldSelectionCriteria", CRITERIA),
        ("applyOnTransformedLogs", True),
        ("emitSystemFields", ["@aws.account"]),
    ],
)
async def test_one_that_was_narrowed_by_hand_is_drift_and_is_put_right(
    engine: ResourceEngine, aws: AwsApi, logs: Any, name: str, by_hand: object
) -> None:
    made = await make(engine)
    assert name not in filters(logs)[0]  # what is valid for some log groups only is not put unasked
    put_by_hand(logs, **{name: by_hand})
    drifted = await engine.refresh(made)
    assert drifted is not None
    assert await engine.changed(drifted, declared()) == {name}

    made = await engine.update(drifted, declared())
    assert not filters(logs)[0][name]
    refreshed = await engine.refresh(made)
    assert refreshed is not None
    assert await engine.changed(refreshed, declared()) == set()
    assert aws.calls()["logs:PutSubscriptionFilter"] == 3

    put_by_hand(logs, **{name: by_hand})
    await engine.create_checked(TOKEN, "billing", await engine.check(TOKEN, "billing", declared()))
    assert not filters(logs)[0][name]


async def test_one_that_sends_elsewhere_is_a_strangers(engine: ResourceEngine, aws: AwsApi, logs: Any) -> None:
    checked = await engine.check(TOKEN, "billing", declared())
    put_by_hand(logs, destinationArn=OTHER_STREAM)
    for call in (engine.preview_create, engine.create_checked):
        failure = await failure_of(call(TOKEN, "billing", checked))
        assert f"has a filter levee-billing that sends to {OTHER_STREAM}" in str(failure.details())
    assert aws.calls()["logs:PutSubscriptionFilter"] == 1

    put_by_hand(logs, filterPattern="other")
    await engine.create_checked(TOKEN, "billing", checked)  # what a killed run has left sends where it should
    assert [one["filterPattern"] for one in filters(logs)] == ["?ERROR ?WARN"]


async def test_a_third_filter_is_refused_and_the_two_are_named(engine: ResourceEngine, logs: Any) -> None:
    put_by_hand(logs, filterName="siem")
    put_by_hand(logs, filterName="lake", destinationArn=OTHER_STREAM)
    failure = await failure_of(engine.preview_create(TOKEN, "billing", declared()))
    assert (
        f"has 2 filters already, and CloudWatch Logs takes no more: siem (to {STREAM}), lake (to {OTHER_STREAM})"
        in (str(failure.details()))
    )


async def test_what_is_not_there_is_said(engine: ResourceEngine, logs: Any) -> None:
    made = await make(engine)
    logs.delete_subscription_filter(logGroupName=GROUP, filterName="levee-billing")
    assert await engine.refresh(made) is None
    logs.delete_log_group(logGroupName=GROUP)
    assert await engine.refresh(made) is None
    await engine.delete(made)
    failure = await failure_of(engine.preview_create(TOKEN, "billing", declared()))
    assert f"there is no log group {GROUP}: make it first" in str(failure.details())


async def test_removal_leaves_the_log_group_and_the_others(engine: ResourceEngine, logs: Any) -> None:
    made = await make(engine)
    put_by_hand(logs, filterName="siem")
    await engine.delete(made)
    await engine.delete(made)
    assert [one["filterName"] for one in filters(logs)] == ["siem"]


async def test_a_destination_that_is_not_reached_yet_is_waited_for(
    engine: ResourceEngine, aws: AwsApi, logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = declared(destinationArn=f"{STREAM}-late")
    checked = await engine.check(TOKEN, "billing", inputs)
    failure = await failure_of(engine.create_checked(TOKEN, "billing", checked))
    assert "was answered InvalidParameterException" in str(failure.details())
    assert "Could not deliver test message" in str(failure.details())

    monkeypatch.setattr(log_subscription, "PATIENCE_SECONDS", 60.0)
    waiting = asyncio.create_task(engine.create_checked(TOKEN, "billing", checked))
    while aws.calls()["logs:PutSubscriptionFilter"] < 3:
        await asyncio.sleep(0.02)
    aws.client("kinesis").create_stream(StreamName="levee-billing-late", ShardCount=1)
    assert (await waiting).id == ID
    assert len(filters(logs)) == 1


FAULTS: list[tuple[str, Kind]] = [
    ("logs:PutSubscriptionFilter", "lost"),
    ("logs:DescribeSubscriptionFilters", "throttled"),
    ("logs:DescribeSubscriptionFilters", "server-error"),
]


async def test_what_passes_is_tried_again(engine: ResourceEngine, aws: AwsApi, logs: Any) -> None:
    for operation, kind in FAULTS:
        aws.fail(operation, kind)
    await make(engine)
    assert len(filters(logs)) == 1


async def test_what_is_denied_is_said_and_then_finished(engine: ResourceEngine, aws: AwsApi, logs: Any) -> None:
    checked = await engine.check(TOKEN, "billing", declared())
    for operation in ("logs:DescribeSubscriptionFilters", "logs:PutSubscriptionFilter"):
        aws.fail(operation, "denied")
        failure = await failure_of(engine.create_checked(TOKEN, "billing", checked))
        assert "was answered AccessDeniedException (request " in str(failure.details())
    made = await engine.create_checked(TOKEN, "billing", checked)
    assert len(filters(logs)) == 1
    aws.fail("logs:DescribeSubscriptionFilters", "denied")
    assert "AccessDeniedException" in str((await failure_of(engine.refresh(made))).details())
