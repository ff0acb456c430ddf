"""A key stays usable, in its region, and is made once."""

import contextlib
import itertools
import json
from typing import Any

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError
from levee_infra.providers.protocol.kind import Declaration, Naming
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.aws.api import Api, Patience
from levee_infra.targets.aws.connection import AwsConnection
from levee_infra.targets.aws.kinds.key.kind import KIND_OF_KEY, Key
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.faults import Kind
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

KEY = Key.token
NAME = "stack-key"
ALIAS = "alias/levee/test"
TAGS = {"levee:managed-by": "levee", "levee:stack": "test", "levee:resource": NAME, "owner": "platform@example.com"}
DUE: Properties = {"on": "2020-01-01", "approvedBy": "dpo", "ticket": "R-1"}


def policy(*principals: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT}:{name}" for name in principals or ("root",)]},
        "Action": ["kms:*"],
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def declared(**changes: Any) -> Properties:
    """A compliant key; tests change one thing."""
    complete = {"description": "Secrets of test", "alias": ALIAS, "policy": policy(), "tags": {**TAGS}, **changes}
    return {name: value for name, value in complete.items() if value is not None}


@pytest.fixture
def kms(aws: AwsApi) -> Any:
    """KMS by hand."""
    return aws.client("kms")


def keys(kms: Any) -> list[str]:
    return [key["KeyArn"] for key in kms.list_keys()["Keys"]]


def state(kms: Any, key: str) -> str:
    return str(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"])


async def make(engine: ResourceEngine, **changes: Any) -> Resource:
    return await engine.create(KEY, NAME, declared(**changes))


async def refreshed(engine: ResourceEngine, key: Resource) -> Resource:
    found = await engine.refresh(key)
    assert found is not None
    return found


async def test_a_key_is_made_as_declared_and_then_nothing_changes(engine: ResourceEngine, kms: Any) -> None:
    key = await make(engine)

    about = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]
    assert (key.id, key.outputs["arn"], about["MultiRegion"]) == (about["Arn"], about["Arn"], False)
    assert kms.get_key_rotation_status(KeyId=key.id)["KeyRotationEnabled"]
    assert {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key.id)["Tags"]} == TAGS
    assert await refreshed(engine, key) == key
    assert await engine.changed(key, declared()) == set()
    imported = await engine.import_(KEY, NAME, ALIAS)
    assert imported == key
    assert await engine.import_(KEY, NAME, "alias/nobody") is None


async def test_what_others_add_is_no_drift_and_stays(engine: ResourceEngine, kms: Any) -> None:
    key = await make(engine, alias=None)
    kms.tag_resource(KeyId=key.id, Tags=[{"TagKey": "theirs", "TagValue": "yes"}])
    kms.create_alias(AliasName="alias/also", TargetKeyId=key.id)
    assert await refreshed(engine, key) == key

    named = await make(engine)
    kms.create_alias(AliasName="alias/a-first", TargetKeyId=named.id)
    assert named.id == key.id
    assert await refreshed(engine, named) == named
    await engine.update(named, declared(description="Other", tags={**TAGS, "class": "audit"}))
    assert {tag["TagKey"] for tag in kms.list_resource_tags(KeyId=key.id)["Tags"]} == {*TAGS, "class", "theirs"}
    assert len(kms.list_aliases(KeyId=key.id)["Aliases"]) == 3


async def test_whatever_is_changed_or_taken_away_by_hand_is_put_right(engine: ResourceEngine, kms: Any) -> None:
    key = await make(engine)
    kms.delete_alias(AliasName=ALIAS)
    kms.disable_key_rotation(KeyId=key.id)
    kms.update_key_description(KeyId=key.id, Description="By hand")
    kms.put_key_policy(KeyId=key.id, PolicyName="default", Policy=policy("user/mallory"))
    kms.untag_resource(KeyId=key.id, TagKeys=["owner"])
    kms.disable_key(KeyId=key.id.rpartition("/")[2])

    drifted = await refreshed(engine, key)
    parts = {"alias", "rotation", "description", "policy", "tags.owner", "enabled"}
    assert await engine.changed(drifted, declared()) == parts
    assert await refreshed(engine, await engine.update(drifted, declared())) == key


async def test_a_policy_in_another_form_is_the_same_policy(engine: ResourceEngine, kms: Any) -> None:
    key = await make(engine, policy=policy("root", "role/admin"))
    said = json.loads(policy("role/admin", "root"))
    said["Statement"][0]["Action"] = "kms:*"
    kms.put_key_policy(KeyId=key.id, PolicyName="default", Policy=json.dumps(said, indent=1))

    assert await refreshed(engine, key) == key


async def test_a_key_goes_by_a_due_approval_only_and_comes_back_when_declared_again(
    engine: ResourceEngine, kms: Any
) -> None:
    key = await make(engine)
    later = await engine.update(key, declared(deletion={**DUE, "on": "2999-01-01"}))
    for early in (key, later):
        await engine.delete(early)
        assert tags_of(kms, key.id)["levee:managed-by"] == "nobody"
        assert [alias["AliasName"] for alias in kms.list_aliases(KeyId=key.id)["Aliases"]] == [ALIAS]
    assert (await make(engine)).id == key.id
    assert tags_of(kms, key.id) == TAGS
    due = await engine.update(later, declared(deletion=DUE, windowDays=7))
    assert state(kms, key.id) == "Enabled"
    assert await refreshed(engine, due) == due

    await engine.delete(due)
    await engine.delete(due)
    assert state(kms, key.id) == "PendingDeletion"
    assert await engine.refresh(key) is None
    assert "is gone" in str(await failure_of(engine.update(key, declared(description="Other"))))

    again = await make(engine)
    assert (again.id, state(kms, key.id), keys(kms)) == (key.id, "Enabled", [key.id])
    assert await refreshed(engine, again) == again


def tags_of(kms: Any, key: str) -> dict[str, str]:
    return {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key)["Tags"]}


@pytest.mark.parametrize("service", ["s3", "kinesis"])
async def test_a_key_that_encrypts_what_stays_stays_too(
    engine: ResourceEngine, aws: AwsApi, kms: Any, service: str
) -> None:
    key = await make(engine, deletion=DUE)
    keep(aws, service, key.id)
    await engine.delete(key)
    assert (state(kms, key.id), tags_of(kms, key.id)["levee:managed-by"]) == ("Enabled", "nobody")


@pytest.mark.parametrize("service", ["s3", "kinesis"])
async def test_a_key_waits_for_nothing_of_another_key_or_stack(
    engine: ResourceEngine, aws: AwsApi, kms: Any, service: str
) -> None:
    key = await make(engine, deletion=DUE)
    other = kms.create_key()["KeyMetadata"]["Arn"]
    keep(aws, service, other)
    await engine.delete(key)
    assert state(kms, key.id) == "PendingDeletion"


async def test_where_it_can_not_be_told_what_stays_the_key_is_not_deleted(
    engine: ResourceEngine, aws: AwsApi, kms: Any
) -> None:
    key = await make(engine, deletion=DUE)
    keep(aws, "s3", key.id)
    for operation in ("resourcegroupstaggingapi:GetResources", "s3:GetBucketEncryption"):
        aws.fail(operation, "denied")
        assert "AccessDenied" in str(await failure_of(engine.delete(key)))
    assert state(kms, key.id) == "Enabled"


def keep(aws: AwsApi, service: str, key: str) -> None:
    """What a stack has let go of, encrypted by a key."""
    if service == "s3":
        s3, name = aws.client("s3"), "levee-kept"
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "levee:stack", "Value": "test"}]})
    else:
        kinesis = aws.client("kinesis")
        kinesis.create_stream(StreamName="kept", ShardCount=1)
        kinesis.start_stream_encryption(StreamName="kept", EncryptionType="KMS", KeyId=key)
        kinesis.add_tags_to_stream(StreamName="kept", Tags={"levee:stack": "test"})


async def test_an_alias_that_somebody_gave_to_another_key_is_a_difference_and_refused(
    engine: ResourceEngine, kms: Any
) -> None:
    key = await make(engine)
    other = kms.create_key()["KeyMetadata"]["Arn"]
    kms.update_alias(AliasName=ALIAS, TargetKeyId=other)
    found = await refreshed(engine, key)
    assert await engine.changed(found, declared()) == {"alias"}
    for preview in (True, False):
        failure = str(await failure_of(engine.update(found, declared(), preview=preview)))
        assert f"{ALIAS} is the name of {other}" in failure
    kms.update_alias(AliasName=ALIAS, TargetKeyId=key.id)
    assert await engine.changed(await refreshed(engine, found), declared()) == set()


async def test_a_second_key_with_the_tags_of_one_that_is_scheduled_is_not_taken_for_it(
    engine: ResourceEngine, kms: Any
) -> None:
    key = await make(engine)
    kms.schedule_key_deletion(KeyId=key.id.rpartition("/")[2], PendingWindowInDays=7)
    tags = [{"TagKey": name, "TagValue": text} for name, text in TAGS.items()]
    other = kms.create_key(Tags=tags)["KeyMetadata"]["Arn"]
    kms.update_alias(AliasName=ALIAS, TargetKeyId=other)
    assert await engine.refresh(key) is None
    for call in (engine.preview_create, engine.create):
        failure = str((await failure_of(call(KEY, NAME, declared()))).details())
        assert "are tagged as the same key; what one of them encrypted can't be read without it" in failure
    assert (state(kms, key.id), state(kms, other)) == ("PendingDeletion", "Enabled")


async def test_a_strangers_alias_is_refused_before_a_key_is_made(engine: ResourceEngine, kms: Any) -> None:
    theirs = kms.create_key(Description="theirs")["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=theirs)

    failure = str(await failure_of(engine.preview_create(KEY, NAME, declared())))
    assert f"{ALIAS} is the name of {theirs}" in failure
    wanted = await engine.check(KEY, NAME, declared())
    assert f"{ALIAS} is the name of {theirs}" in str(await failure_of(engine.create_checked(KEY, NAME, wanted)))
    assert keys(kms) == [theirs]


UNFIT: dict[str, tuple[dict[str, Any], str]] = {
    "multi-region": ({"MultiRegion": True}, "may lie outside the boundary"),
    "asymmetric": ({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}, "symmetric"),
    "of other material": ({"Origin": "EXTERNAL"}, "symmetric"),
}


async def test_a_key_of_another_kind_is_neither_imported_nor_adopted(engine: ResourceEngine, kms: Any) -> None:
    for what, (about, words) in UNFIT.items():
        tags = {**TAGS, "levee:resource": what}
        listed = [{"TagKey": name, "TagValue": value} for name, value in tags.items()]
        theirs = kms.create_key(Tags=listed, **about)["KeyMetadata"]["Arn"]

        assert words in str(await failure_of(engine.import_(KEY, NAME, theirs)))
        assert words in str(await failure_of(make(engine, tags=tags)))
    assert len(keys(kms)) == len(UNFIT)


async def test_neither_is_one_of_aws_or_from_outside() -> None:
    # Who answers for AWS here says of none that it is AWS's own.
    key = Key(Api(AwsConnection(ACCOUNT, REGION)), SYSTEM_CLOCK)
    about = {"Arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1", "KeyManager": "CUSTOMER", **KIND_OF_KEY}
    assert key._unfit(about) is None
    assert "AWS's own" in str(key._unfit({**about, "KeyManager": "AWS"}))
    assert "us-east-1" in str(key._unfit({**about, "Arn": about["Arn"].replace(REGION, "us-east-1")}))
    assert "999999999999" in str(key._unfit({**about, "Arn": about["Arn"].replace(ACCOUNT, "999999999999")}))


REFUSED: dict[str, tuple[Properties, str]] = {
    "AWS's alias": ({"alias": "alias/aws/s3"}, "alias"),
    "no alias": ({"alias": "levee"}, "alias"),
    "no JSON": ({"policy": "Allow all"}, "policy"),
    "switched off": ({"enabled": False}, "enabled"),
    "never renewed": ({"rotation": False}, "rotation"),
    "a short window": ({"windowDays": 6}, "windowDays"),
    "no date": ({"deletion": {**DUE, "on": "soon"}}, "deletion.on"),
    "half an approval": ({"deletion": {"on": "2020-01-01", "ticket": "R-1"}}, "deletion.approvedBy"),
    "no identity": ({"tags": {"owner": "x"}}, "tags"),
    "AWS's tag": ({"tags": {**TAGS, "aws:x": "y"}}, "tags"),
    "too many tags": ({"tags": {**TAGS, **{str(number): "" for number in range(50)}}}, "tags"),
    "more": ({"multiRegion": True}, "multiRegion"),
}


async def test_what_is_wrong_is_refused_before_anything_is_asked(aws: AwsApi, engine: ResourceEngine) -> None:
    for what, (changes, where) in REFUSED.items():
        with pytest.raises(CheckFailedError) as refused:
            await make(engine, **changes)
        assert set(refused.value.reasons) == {where}, what
    assert not aws.calls()


async def test_an_alias_can_not_change(engine: ResourceEngine) -> None:
    with pytest.raises(CheckFailedError, match="can't change"):
        await engine.check(KEY, NAME, declared(alias="alias/other"), declared())


@pytest.mark.parametrize("kind", ["denied", "lost"])
async def test_a_run_that_stops_at_any_call_is_finished_by_the_next(aws: AwsApi, kms: Any, kind: Kind) -> None:
    api = Api(AwsConnection(aws.account, aws.region, aws.endpoint, str(aws.credentials_file)), Patience(attempts=1))
    key = Key(api, SYSTEM_CLOCK)
    for number in itertools.count():
        name = str(number)
        inputs = declared(alias=f"{ALIAS}{number}", tags={**TAGS, "levee:resource": name})
        wanted = await key.check(Declaration(inputs, {}, Naming(name)))
        aws.reset_calls()
        aws.fail("*", kind, after=number)
        with contextlib.suppress(FailedError, PartlyDoneError):
            await key.create(wanted)
        is_finished = sum(aws.calls().values()) <= number
        aws.forget_faults()
        made = await key.create(wanted)
        assert await key.read(made) == made
        assert len(keys(kms)) == number + 1
        if is_finished:
            break
    await api.close()
    assert number > 5


async def test_a_key_whose_tags_are_listed_late_is_found_by_its_alias(
    aws: AwsApi, engine: ResourceEngine, kms: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await make(engine)

    async def nothing_yet(*_: object) -> list[str]:
        return []

    monkeypatch.setattr("levee_infra.targets.aws.kinds.key.kind.Key._tagged", nothing_yet)
    assert (await make(engine)).id == key.id
    assert keys(kms) == [key.id]
    assert aws.calls()["kms:CreateKey"] == 1
