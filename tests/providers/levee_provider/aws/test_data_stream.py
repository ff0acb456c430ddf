"""Data streams: encrypted, never shortened, and never taken from anybody."""

from typing import Any

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.providers.protocol.properties import UNKNOWN, Properties
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.faults import Kind
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

TOKEN = "levee:aws:DataStream"
NAME = "levee-billing"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
TAGS = {"levee:managed-by": "levee", "levee:stack": "prod", "levee:resource": "billing", "owner": "pay"}
DUE: Properties = {"on": "2020-01-01", "approvedBy": "dpo", "ticket": "R-1"}


def declared(**changes: Any) -> Properties:
    """A compliant stream; tests change one thing."""
    return {"name": NAME, "keyArn": KEY, "retentionHours": 72, "tags": {**TAGS}, **changes}


@pytest.fixture
def kinesis(aws: AwsApi) -> Any:
    """Kinesis by hand."""
    return aws.client("kinesis")


def summary(kinesis: Any, name: str = NAME) -> dict[str, Any]:
    found: dict[str, Any] = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    return found


def tags_of(kinesis: Any, name: str = NAME) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in kinesis.list_tags_for_stream(StreamName=name)["Tags"]}


def by_hand(kinesis: Any) -> None:
    kinesis.create_stream(StreamName=NAME, StreamModeDetails={"StreamMode": "ON_DEMAND"})


async def make(engine: ResourceEngine, **changes: Any) -> Resource:
    return await engine.create(TOKEN, "billing", declared(**changes))


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"name": "a b"}, "name", "letters, digits"),
        ({"keyArn": KEY.replace(ACCOUNT, "999999999999")}, "keyArn", "999999999999"),
        ({"keyArn": "alias/aws/kinesis"}, "keyArn", "no ARN"),
        ({"retentionHours": 23}, "retentionHours", "24 to 8760"),
        ({"retentionHours": 8761}, "retentionHours", "24 to 8760"),
        ({"mode": "PROVISIONED"}, "mode", "refuses logs"),
        ({"tags": {}}, "tags", "levee:resource"),
    ],
)
async def test_a_declaration_with_one_thing_wrong_is_refused_there(
    engine: ResourceEngine, changes: Properties, where: str, words: str
) -> None:
    with pytest.raises(CheckFailedError) as refusal:
        await engine.check(TOKEN, "billing", declared(**changes))
    assert words in refusal.value.reasons[where]


@pytest.mark.parametrize(("changes", "words"), [({"name": "other"}, "can't change"), ({"retentionHours": 24}, "lost")])
async def test_what_is_deployed_is_never_replaced_or_shortened(
    engine: ResourceEngine, changes: Properties, words: str
) -> None:
    with pytest.raises(CheckFailedError, match=words):
        await engine.check(TOKEN, "billing", declared(**changes), declared())
    await engine.preview_create(TOKEN, "billing", declared(keyArn=UNKNOWN))


async def test_a_stream_is_made_as_declared_and_then_nothing_changes(engine: ResourceEngine, kinesis: Any) -> None:
    foreseen = await engine.preview_create(TOKEN, "billing", declared(keyArn=UNKNOWN))
    made = await make(engine)

    assert foreseen["arn"] == made.outputs["arn"]
    assert (made.id, made.outputs["arn"]) == (NAME, f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{NAME}")
    live = summary(kinesis)
    assert (live["EncryptionType"], live["KeyId"], live["RetentionPeriodHours"]) == ("KMS", KEY, 72)
    assert live["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    assert tags_of(kinesis) == TAGS
    assert await engine.changed(made, declared()) == set()
    read = await engine.refresh(made)
    assert read is not None
    assert read.outputs == made.outputs
    imported = await engine.import_(TOKEN, "billing", NAME)
    assert imported is not None
    assert imported.inputs == made.inputs


async def test_it_changes_in_place_and_drift_is_put_right(engine: ResourceEngine, kinesis: Any) -> None:
    made = await make(engine)
    wanted = declared(retentionHours=96, tags={**TAGS, "class": "pci"})
    made = await engine.update(made, wanted)
    assert (summary(kinesis)["RetentionPeriodHours"], tags_of(kinesis)["class"]) == (96, "pci")

    kinesis.stop_stream_encryption(StreamName=NAME, EncryptionType="KMS", KeyId=KEY)
    kinesis.decrease_stream_retention_period(StreamName=NAME, RetentionPeriodHours=24)
    kinesis.update_stream_mode(StreamARN=made.outputs["arn"], StreamModeDetails={"StreamMode": "PROVISIONED"})
    kinesis.remove_tags_from_stream(StreamName=NAME, TagKeys=["owner"])
    drifted = await engine.refresh(made)
    assert drifted is not None
    assert await engine.changed(drifted, wanted) == {"keyArn", "retentionHours", "mode", "tags.owner"}
    made = await engine.update(drifted, wanted)
    read = await engine.refresh(made)
    assert read is not None
    assert await engine.changed(read, wanted) == set()

    kinesis.increase_stream_retention_period(StreamName=NAME, RetentionPeriodHours=200)
    longer = await engine.refresh(made)
    assert longer is not None
    failure = await failure_of(engine.update(longer, wanted))
    assert "can't be shortened from 200, which is live, to 96" in str(failure.details())


async def test_a_preview_refuses_to_take_over_a_stream_that_keeps_for_longer(
    engine: ResourceEngine, kinesis: Any
) -> None:
    made = await engine.create(TOKEN, "billing", declared(retentionHours=96))
    kinesis.increase_stream_retention_period(StreamName=made.id, RetentionPeriodHours=200)
    failure = await failure_of(engine.preview_create(TOKEN, "billing", declared(retentionHours=96)))
    assert "can't be shortened from 200, which is live, to 96: older records would be lost" in str(failure.details())


async def test_a_strangers_stream_is_left_alone(engine: ResourceEngine, aws: AwsApi, kinesis: Any) -> None:
    checked = await engine.check(TOKEN, "billing", declared())
    by_hand(kinesis)
    kinesis.put_record(StreamName=NAME, Data=b"theirs", PartitionKey="1")
    for call in (engine.preview_create, engine.create_checked):
        failure = await failure_of(call(TOKEN, "billing", checked))
        assert "levee did not make it" in str(failure.details())
    kinesis.add_tags_to_stream(StreamName=NAME, Tags={**TAGS, "levee:stack": "test"})
    failure = await failure_of(engine.preview_create(TOKEN, "billing", checked))
    assert "it is billing of stack test" in str(failure.details())
    assert "kinesis:StartStreamEncryption" not in aws.calls()


STEPS = (
    *("DescribeStreamSummary", "CreateStream", "DescribeStream", "AddTagsToStream", "StartStreamEncryption"),
    "IncreaseStreamRetentionPeriod",
)


async def test_a_run_that_was_killed_anywhere_is_finished_by_the_next(
    engine: ResourceEngine, aws: AwsApi, kinesis: Any
) -> None:
    for step in STEPS:
        inputs = declared(name=f"levee-{step}")
        checked = await engine.check(TOKEN, "billing", inputs)
        aws.fail(f"kinesis:{step}", "denied")
        failure = await failure_of(engine.create_checked(TOKEN, "billing", checked))
        assert "AccessDenied" in str(failure.details())
        made = await engine.create_checked(TOKEN, "billing", checked)
        read = await engine.refresh(made)
        assert read is not None
        assert await engine.changed(read, inputs) == set()
    assert len(kinesis.list_streams()["StreamNames"]) == len(STEPS)


FAULTS: list[tuple[str, Kind]] = [
    ("kinesis:CreateStream", "lost"),
    ("kinesis:StartStreamEncryption", "throttled"),
    ("kinesis:ListTagsForStream", "server-error"),
]


async def test_what_passes_is_tried_again(engine: ResourceEngine, aws: AwsApi, kinesis: Any) -> None:
    for operation, kind in FAULTS:
        aws.fail(operation, kind)
    await make(engine)
    assert kinesis.list_streams()["StreamNames"] == [NAME]


async def test_removal_takes_an_approval_that_is_due(engine: ResourceEngine, kinesis: Any) -> None:
    made = await make(engine)
    await engine.delete(made)
    tags = {tag["Key"]: tag["Value"] for tag in kinesis.list_tags_for_stream(StreamName=made.id)["Tags"]}
    assert tags == {**TAGS, "levee:managed-by": "nobody", "levee:released": SYSTEM_CLOCK.today().isoformat()}
    due = await engine.update(made, declared(deletion=DUE))
    tags = {tag["Key"]: tag["Value"] for tag in kinesis.list_tags_for_stream(StreamName=made.id)["Tags"]}
    assert tags == TAGS
    await engine.delete(due)
    await engine.delete(due)
    assert kinesis.list_streams()["StreamNames"] == []
    assert await engine.refresh(due) is None
