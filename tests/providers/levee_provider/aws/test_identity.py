"""A thing that was deleted and made again under its name is another: shown, refused, acknowledged, let go of."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from levee_infra.providers.protocol.properties import Properties
from tests.providers.levee_provider.aws.conftest import NewEngine
from tests.support.aws import archive
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.provider_host import failure_of
from tests.support.resource_engine import Resource, ResourceEngine

TAGS = {"levee:managed-by": "levee", "levee:stack": "test", "levee:resource": "thing", "owner": "us"}
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            }
        ],
    }
)
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY}],
    }
)


@dataclass(frozen=True)
class Thing:
    """A kind, what is declared of it, how somebody makes it anew by hand as it was, and whether it is there."""

    token: str
    inputs: Properties
    make_anew: Callable[[AwsApi], None]
    is_there: Callable[[AwsApi], bool]


def bucket_anew(aws: AwsApi) -> None:
    s3, name = aws.client("s3"), archive.NAME
    kept = {
        each: getattr(s3, f"get_{each}")(Bucket=name)
        for each in ("bucket_policy", "bucket_encryption", "object_lock_configuration", "public_access_block")
    }
    tags = [tag for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"] if tag["Key"] != "levee:made"]
    rules = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    s3.delete_bucket(Bucket=name)
    archive.by_hand(aws)
    encryption = kept["bucket_encryption"]["ServerSideEncryptionConfiguration"]
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
    s3.put_bucket_policy(Bucket=name, Policy=kept["bucket_policy"]["Policy"])
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption)
    lock = kept["object_lock_configuration"]["ObjectLockConfiguration"]
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    block = kept["public_access_block"]["PublicAccessBlockConfiguration"]
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    owned = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=owned)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})


def secret_anew(aws: AwsApi) -> None:
    manager = aws.client("secretsmanager")
    manager.delete_secret(SecretId="thing", ForceDeleteWithoutRecovery=True)
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    manager.create_secret(Name="thing", Description="a password", KmsKeyId=KEY, Tags=tags)


def role_anew(aws: AwsApi) -> None:
    iam = aws.client("iam")
    iam.delete_role_policy(RoleName="thing", PolicyName="levee")
    iam.delete_role(RoleName="thing")
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    iam.create_role(Path="/levee/", RoleName="thing", Description="a role", AssumeRolePolicyDocument=TRUST, Tags=tags)
    iam.put_role_policy(RoleName="thing", PolicyName="levee", PolicyDocument=POLICY)


def stream_anew(aws: AwsApi) -> None:
    kinesis = aws.client("kinesis")
    kinesis.delete_stream(StreamName="thing")
    time.sleep(0.002)  # what tells the two apart is described in milliseconds
    kinesis.create_stream(StreamName="thing", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    kinesis.add_tags_to_stream(StreamName="thing", Tags=TAGS)
    kinesis.start_stream_encryption(StreamName="thing", EncryptionType="KMS", KeyId=KEY)
    kinesis.increase_stream_retention_period(StreamName="thing", RetentionPeriodHours=168)


def names(aws: AwsApi) -> Iterator[str]:
    """Of all buckets, secrets, roles and data streams."""
    yield from (each["Name"] for each in aws.client("s3").list_buckets()["Buckets"])
    yield from (each["Name"] for each in aws.client("secretsmanager").list_secrets()["SecretList"])
    yield from (each["RoleName"] for each in aws.client("iam").list_roles()["Roles"])
    yield from aws.client("kinesis").list_streams()["StreamNames"]


def is_there(aws: AwsApi) -> bool:
    return bool({"thing", archive.NAME} & {*names(aws)})


async def refreshed(engine: ResourceEngine, resource: Resource) -> Resource:
    found = await engine.refresh(resource)
    assert found is not None
    return found


COMMON: Properties = {"name": "thing", "tags": {**TAGS}}
DUE = {"deletion": archive.DUE}
THINGS = {
    "bucket": Thing(archive.TOKEN, archive.declared(**DUE), bucket_anew, is_there),
    "secret": Thing("levee:aws:Secret", {**COMMON, "keyArn": KEY, "description": "a password"}, secret_anew, is_there),
    "role": Thing(
        "levee:aws:Role",
        {**COMMON, "description": "a role", "trust": TRUST, "policy": POLICY},
        role_anew,
        is_there,
    ),
    "data stream": Thing(
        "levee:aws:DataStream", {**COMMON, "keyArn": KEY, "retentionHours": 168, **DUE}, stream_anew, is_there
    ),
}


@pytest.mark.parametrize("thing", THINGS.values(), ids=THINGS)
async def test_a_thing_made_anew_is_a_difference_until_it_is_acknowledged(
    aws: AwsApi, new_engine: NewEngine, thing: Thing
) -> None:
    async with new_engine() as engine:
        made = await engine.create(thing.token, "thing", thing.inputs)
        again = await refreshed(engine, made)
        assert (again.outputs, await engine.changed(again, thing.inputs)) == (made.outputs, set())
    thing.make_anew(aws)

    async with new_engine() as engine:
        found = made
        for _ in range(2):  # a refresh doesn't forget
            found = await refreshed(engine, found)
            assert found.outputs["identity"] == made.outputs["identity"]
            assert await engine.changed(found, thing.inputs) == {"recreatedAs"}
        other = found.outputs["recreatedAs"]
        assert other != made.outputs["identity"]

        for preview in (True, False):
            failure = str((await failure_of(engine.update(found, thing.inputs, preview=preview))).details())
            assert f"approve: [{{change: recreated, identity: {other}, until" in failure
            assert "was deleted and made again by somebody else" in failure
            assert "stack.yaml" in failure
        await engine.delete(found)
        assert thing.is_there(aws)
        assert await refreshed(engine, found) == found, "its tags stay too"
        wrong: Properties = {**thing.inputs, "acknowledgedIds": [f"{other}-or-so"]}
        assert "was deleted and made again" in str((await failure_of(engine.update(found, wrong))).details())

        known = await engine.update(found, {**thing.inputs, "acknowledgedIds": [other]})
        assert "recreatedAs" not in known.outputs
        assert known.outputs["identity"] != made.outputs["identity"]
        again = await refreshed(engine, known)
        assert await engine.changed(again, thing.inputs) == set()
        await engine.delete(again)
    assert not thing.is_there(aws)


async def test_a_state_of_before_there_were_identities_takes_what_it_finds(aws: AwsApi, new_engine: NewEngine) -> None:
    thing = THINGS["role"]
    async with new_engine() as engine:
        made = await engine.create(thing.token, "thing", thing.inputs)
        outputs = {name: value for name, value in made.outputs.items() if name != "identity"}
        found = await refreshed(engine, replace(made, outputs=outputs))
        assert (found.outputs, await engine.changed(found, thing.inputs)) == (made.outputs, set())


async def test_an_archive_without_a_mark_gets_one(aws: AwsApi, engine: ResourceEngine) -> None:
    inputs = archive.declared()
    made = await engine.create(archive.TOKEN, "billing", inputs)
    s3 = aws.client("s3")
    tags = [tag for tag in s3.get_bucket_tagging(Bucket=archive.NAME)["TagSet"] if tag["Key"] != "levee:made"]
    s3.put_bucket_tagging(Bucket=archive.NAME, Tagging={"TagSet": tags})
    outputs = {name: value for name, value in made.outputs.items() if name != "identity"}
    found = await refreshed(engine, replace(made, outputs=outputs))
    assert await engine.changed(found, inputs) == {"identity"}
    marked = await engine.update(found, inputs)
    read = await refreshed(engine, marked)
    assert await engine.changed(read, inputs) == set()
    assert str(marked.outputs["identity"]).startswith(f"arn:aws:s3:::{archive.NAME}@")


async def test_a_mark_that_somebody_took_away_is_put_back_by_hand(aws: AwsApi, engine: ResourceEngine) -> None:
    inputs = archive.declared()
    made = await engine.create(archive.TOKEN, "billing", inputs)
    s3 = aws.client("s3")
    tags = s3.get_bucket_tagging(Bucket=archive.NAME)["TagSet"]
    kept = [tag for tag in tags if tag["Key"] != "levee:made"]
    s3.put_bucket_tagging(Bucket=archive.NAME, Tagging={"TagSet": kept})
    found = await refreshed(engine, made)
    failure = str((await failure_of(engine.update(found, inputs))).details())
    assert "Or somebody took its tag levee:made away: then write it again, with what stands after the @" in failure
    mark = str(made.outputs["identity"]).partition("@")[2]
    s3.put_bucket_tagging(Bucket=archive.NAME, Tagging={"TagSet": [*kept, {"Key": "levee:made", "Value": mark}]})
    found = await refreshed(engine, found)
    assert (found.outputs, await engine.changed(found, inputs)) == (made.outputs, set())
