"""Archives on S3: what is refused, what is made, what is found again, what is never taken away."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.providers.levee.provider import LeveeProvider
from levee_infra.providers.protocol.properties import UNKNOWN, Properties
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.connection import AwsConnection
from levee_infra.targets.aws.kinds.archive_bucket.kind import ArchiveBucket
from tests.support.aws.api import AwsApi
from tests.support.aws.archive import (
    DUE,
    KEY,
    NAME,
    OTHER_KEY,
    POLICY,
    TAGS,
    TOKEN,
    by_hand,
    changes_made,
    declared,
    put_object,
)
from tests.support.aws.faults import Kind
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, ResourceEngine, resource_engine


@pytest.fixture
def s3(aws: AwsApi) -> Any:
    """S3 by hand."""
    return aws.client("s3")


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"name": "Has.Dots"}, "name", "lower-case letters"),
        ({"name": "xn--archive"}, "name", "keeps for itself"),
        ({"keyArn": KEY.replace("123456789012", "999999999999")}, "keyArn", "999999999999"),
        ({"keyArn": KEY.replace("eu-central-1", "us-east-1")}, "keyArn", "us-east-1"),
        ({"keyArn": KEY.replace("key/", "alias/")}, "keyArn", "key/"),
        ({"policy": "[]"}, "policy", "JSON object"),
        ({"lockMode": "NONE"}, "lockMode", "GOVERNANCE or COMPLIANCE"),
        ({"retentionDays": 0}, "retentionDays", "1 to 36500"),
        ({"standardIaAfterDays": 29}, "standardIaAfterDays", "30 or more"),
        ({"glacierAfterDays": 59}, "glacierAfterDays", "60 or more"),
        ({"deepArchiveAfterDays": 90}, "deepArchiveAfterDays", "91 or more"),
        ({"expireAfterDays": 364}, "expireAfterDays", "365 or more: what is locked"),
        ({"expireAfterDays": 0}, "expireAfterDays", "have an end"),
        ({"expireAfterDays": None}, "expireAfterDays", "needs expireAfterDays"),
        ({"publicAccessBlocked": False}, "publicAccessBlocked", "never public"),
        ({"versioned": False}, "versioned", "overwritten"),
        ({"replicas": ["arn:aws:s3:::elsewhere"]}, "replicas", "jurisdiction"),
        ({"tags": {"owner": "pay"}}, "tags", "levee:resource"),
        ({"deletion": {"on": "soon", "approvedBy": "dpo", "ticket": "R-1"}}, "deletion.on", "2026-12-31"),
        ({"lockmode": "COMPLIANCE"}, "lockmode", "did you mean lockMode?"),
    ],
)
async def test_a_declaration_with_one_thing_wrong_is_refused_there(
    engine: ResourceEngine, changes: Properties, where: str, words: str
) -> None:
    with pytest.raises(CheckFailedError) as refusal:
        await engine.check(TOKEN, "billing", declared(**changes))
    assert words in refusal.value.reasons[where]


async def test_values_that_are_not_known_yet_are_taken(engine: ResourceEngine) -> None:
    await engine.preview_create(TOKEN, "billing", declared(keyArn=UNKNOWN, policy=UNKNOWN))


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"name": "another"}, "name", "can't change from levee-archive-billing"),
        ({"lockMode": "GOVERNANCE"}, "lockMode", "can't change from COMPLIANCE, which is declared"),
        ({"retentionDays": 364}, "retentionDays", "can't be shortened from 365"),
    ],
)
async def test_what_is_deployed_is_never_replaced_or_weakened(
    engine: ResourceEngine, changes: Properties, where: str, words: str
) -> None:
    old = await engine.check(TOKEN, "billing", declared())
    with pytest.raises(CheckFailedError) as refusal:
        await engine.check(TOKEN, "billing", declared(**changes), old)
    assert words in refusal.value.reasons[where]


async def test_an_archive_is_all_that_is_declared(engine: ResourceEngine, aws: AwsApi, s3: Any) -> None:
    made = await engine.create(TOKEN, "billing", declared())

    assert made.id == NAME
    assert made.outputs["arn"] == f"arn:aws:s3:::{NAME}"
    assert made.outputs["region"] == aws.region
    assert set(s3.get_public_access_block(Bucket=NAME)["PublicAccessBlockConfiguration"].values()) == {True}
    assert json.loads(s3.get_bucket_policy(Bucket=NAME)["Policy"]) == POLICY
    rule = s3.get_bucket_encryption(Bucket=NAME)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    assert rule["BucketKeyEnabled"]
    lock = s3.get_object_lock_configuration(Bucket=NAME)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"].items() >= {"Mode": "COMPLIANCE", "Days": 365}.items()
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"]
    assert [(entry["StorageClass"], entry["Days"]) for entry in rule["Transitions"]] == [
        ("STANDARD_IA", 30),
        ("GLACIER", 90),
    ]
    assert rule["Expiration"] == {"Days": 400}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert await engine.changed(made, declared()) == set()
    read = await engine.refresh(made)
    assert read is not None
    assert await engine.changed(read, declared()) == set()
    assert read.outputs == made.outputs
    imported = await engine.import_(TOKEN, "billing", NAME)
    assert imported is not None
    assert await engine.changed(imported, declared()) == set()
    assert {**imported.inputs, "policy": made.inputs["policy"]} == made.inputs

    put_object(s3)
    version = s3.list_object_versions(Bucket=NAME)["Versions"][0]["VersionId"]
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=NAME, Key="log", VersionId=version, BypassGovernanceRetention=True)


async def test_only_what_changes_is_written(engine: ResourceEngine, aws: AwsApi, s3: Any) -> None:
    made = await engine.create(TOKEN, "billing", declared())
    s3.put_bucket_tagging(
        Bucket=NAME, Tagging={"TagSet": [*s3.get_bucket_tagging(Bucket=NAME)["TagSet"], {"Key": "cost", "Value": "1"}]}
    )
    aws.reset_calls()
    wanted = declared(
        retentionDays=730,
        expireAfterDays=800,
        keyArn=OTHER_KEY,
        tags={**TAGS, "owner": "fin"},
        deepArchiveAfterDays=180,
    )

    changed = await engine.changed(made, wanted)
    updated = await engine.update(made, wanted)

    assert changed == {"retentionDays", "expireAfterDays", "keyArn", "tags.owner", "deepArchiveAfterDays"}
    assert changes_made(aws) == {
        "s3:PutBucketTagging": 1,
        "s3:PutBucketEncryption": 1,
        "s3:PutObjectLockConfiguration": 1,
        "s3:PutBucketLifecycleConfiguration": 1,
    }
    read = await engine.refresh(updated)
    assert read is not None
    assert await engine.changed(read, wanted) == set()
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=NAME)["TagSet"]}
    assert tags["owner"] == "fin"
    assert tags["cost"] == "1"


async def test_a_strangers_bucket_is_left_alone(engine: ResourceEngine, aws: AwsApi, s3: Any) -> None:
    checked = await engine.check(TOKEN, "billing", declared())
    by_hand(aws)
    s3.put_object(Bucket=NAME, Key="theirs", Body=b"1")
    for call in (engine.preview_create, engine.create_checked):
        failure = await failure_of(call(TOKEN, "billing", checked))
        assert "levee did not make it" in str(failure.details())
    others = {**TAGS, "levee:stack": "test"}
    s3.put_bucket_tagging(
        Bucket=NAME, Tagging={"TagSet": [{"Key": name, "Value": value} for name, value in others.items()]}
    )
    aws.reset_calls()
    failure = await failure_of(engine.create_checked(TOKEN, "billing", checked))
    assert "it is billing of stack test" in str(failure.details())
    assert changes_made(aws) == {}


async def test_a_bucket_without_object_lock_is_refused(engine: ResourceEngine, aws: AwsApi, s3: Any) -> None:
    by_hand(aws, lock=False)
    s3.put_bucket_tagging(
        Bucket=NAME, Tagging={"TagSet": [{"Key": name, "Value": value} for name, value in TAGS.items()]}
    )
    failure = await failure_of(engine.preview_create(TOKEN, "billing", declared()))
    assert "was made without Object Lock" in str(failure.details())


async def test_a_bucket_elsewhere_is_refused(engine: ResourceEngine, aws: AwsApi) -> None:
    aws.client("s3", region="us-east-1").create_bucket(Bucket=NAME)
    failure = await failure_of(engine.preview_create(TOKEN, "billing", declared()))
    assert "exists in us-east-1, not eu-central-1: choose another name" in str(failure.details())
    aws.fail("s3:HeadBucket", "denied")
    failure = await failure_of(engine.preview_create(TOKEN, "billing", declared()))
    assert "is another account's, or the caller may not look at it" in str(failure.details())


async def test_a_name_that_another_account_took_is_refused(engine: ResourceEngine, aws: AwsApi) -> None:
    """moto shows buckets of other accounts, so it is the creation that finds out."""
    role = {"RoleArn": "arn:aws:iam::999999999999:role/other", "RoleSessionName": "other"}
    keys = aws.client("sts").assume_role(**role)["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], aws.region)
    session.client("s3", endpoint_url=aws.endpoint).create_bucket(
        Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}, ObjectLockEnabledForBucket=True
    )
    failure = await failure_of(engine.create(TOKEN, "billing", declared()))
    assert f"{NAME} is taken: bucket names are one for all accounts" in str(failure.details())


async def test_the_region_without_a_constraint(aws: AwsApi) -> None:
    """There S3 answers the creation of a bucket that one has as if it were made."""
    connection = {"account": aws.account, "region": "us-east-1", "endpoint": aws.endpoint}
    connection |= {"credentialsFile": str(aws.credentials_file)}
    inputs = declared(keyArn=KEY.replace("eu-central-1", "us-east-1"))
    async with resource_engine(LeveeProvider(SYSTEM_CLOCK), {"aws": {**connection}}) as engine:
        aws.fail("s3:PutBucketTagging", "denied")
        await failure_of(engine.create(TOKEN, "billing", inputs))
        made = await engine.create(TOKEN, "billing", inputs)
        read = await engine.refresh(made)
    assert read is not None
    assert read.outputs["region"] == "us-east-1"
    assert aws.calls()["s3:CreateBucket"] == 2


async def test_one_that_may_not_be_read_is_not_gone(engine: ResourceEngine, aws: AwsApi, s3: Any) -> None:
    made = await engine.create(TOKEN, "billing", declared())
    for operation in ("s3:HeadBucket", "s3:GetBucketPolicy"):
        aws.fail(operation, "denied")
        failure = await failure_of(engine.refresh(made))
        assert "403" in str(failure.details()) or "AccessDenied" in str(failure.details())
    s3.delete_bucket(Bucket=NAME)
    assert await engine.refresh(made) is None


async def test_a_run_that_was_killed_anywhere_is_finished_by_the_next(
    engine: ResourceEngine, aws: AwsApi, s3: Any
) -> None:
    await engine.create(TOKEN, "billing", declared())
    puts = sum(count for name, count in aws.calls().items() if name.startswith("s3:Put"))
    stops = [("s3:CreateBucket", 0), *(("s3:Put*", after) for after in range(puts))]
    for number, (operation, after) in enumerate(stops):
        inputs = declared(name=f"levee-archive-{number}")
        checked = await engine.check(TOKEN, "billing", inputs)
        aws.fail(operation, "denied", after=after)
        failure = await failure_of(engine.create_checked(TOKEN, "billing", checked))
        assert "was answered AccessDenied (request " in str(failure.details())
        in_state = "grpc-status-details-bin" in (failure.trailing_metadata() or {})
        assert in_state is (operation == "s3:Put*")
        made = await engine.create_checked(TOKEN, "billing", checked)
        read = await engine.refresh(made)
        assert read is not None
        assert await engine.changed(read, inputs) == set()
    assert puts > 5
    assert len(s3.list_buckets()["Buckets"]) == 1 + len(stops)


FAULTS: list[tuple[str, Kind]] = [
    ("s3:CreateBucket", "lost"),
    ("s3:PutBucketTagging", "throttled"),
    ("s3:PutBucketEncryption", "server-error"),
]


async def test_what_passes_is_tried_again(engine: ResourceEngine, aws: AwsApi, s3: Any) -> None:
    for operation, kind in FAULTS:
        aws.fail(operation, kind)
    made = await engine.create(TOKEN, "billing", declared())
    read = await engine.refresh(made)
    assert read is not None
    assert await engine.changed(read, declared()) == set()
    assert len(s3.list_buckets()["Buckets"]) == 1


class ToldApi(Api):
    """Keeps what each call is told."""

    def __init__(self, connection: AwsConnection) -> None:
        super().__init__(connection)
        self.told: list[tuple[str, str, dict[str, Any]]] = []

    async def call(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        self.told.append((service, operation, parameters))
        return await super().call(service, operation, **parameters)

    async def wait(self, service: str, waiter: str, **parameters: Any) -> None:
        self.told.append((service, waiter, parameters))
        await super().wait(service, waiter, **parameters)


async def test_every_request_names_the_owner_that_it_expects(aws: AwsApi) -> None:
    """By it S3 refuses a bucket that has changed hands; moto doesn't look."""
    api = ToldApi(AwsConnection(aws.account, aws.region, aws.endpoint, str(aws.credentials_file)))
    bucket = ArchiveBucket(api, SYSTEM_CLOCK)
    inputs = bucket.with_defaults(declared(deletion=DUE))
    made = await bucket.create(inputs)
    await bucket.update(made, {**inputs, "retentionDays": 399})
    await bucket.delete(made)
    await api.close()

    owners = {operation: parameters.get("ExpectedBucketOwner") for _, operation, parameters in api.told}
    assert owners.pop("create_bucket") is None  # it has no such parameter: the name is free, or nobody's but ours
    assert len(owners) > 15
    assert set(owners.values()) == {aws.account}
