"""What was changed in an archive by hand is found, and put right where that takes nothing from anybody."""

from typing import Any

import pytest

from tests.support.aws.api import AwsApi
from tests.support.aws.archive import NAME, TOKEN, changes_made, declared
from tests.support.provider_host import failure_of
from tests.support.resource_engine import ResourceEngine


@pytest.fixture
def s3(aws: AwsApi) -> Any:
    """S3 by hand."""
    return aws.client("s3")


def open_to_public(s3: Any) -> None:
    s3.delete_public_access_block(Bucket=NAME)


def half_open(s3: Any) -> None:
    blocked = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True}
    s3.put_public_access_block(Bucket=NAME, PublicAccessBlockConfiguration={**blocked, "RestrictPublicBuckets": False})


def other_owner(s3: Any) -> None:
    s3.put_bucket_ownership_controls(Bucket=NAME, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})


def default_key(s3: Any) -> None:
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=NAME, ServerSideEncryptionConfiguration={"Rules": rules})


def no_policy(s3: Any) -> None:
    s3.delete_bucket_policy(Bucket=NAME)


def suspended(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Suspended"})


def shorter_lock(s3: Any) -> None:
    lock(s3, "GOVERNANCE", 1)


def lock(s3: Any, mode: str, days: int) -> None:
    rule = {"DefaultRetention": {"Mode": mode, "Days": days}}
    s3.put_object_lock_configuration(
        Bucket=NAME, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )


def no_lifecycle(s3: Any) -> None:
    s3.delete_bucket_lifecycle(Bucket=NAME)


def second_rule(s3: Any) -> None:
    rules = s3.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"]
    rules.append({"ID": "gone", "Status": "Enabled", "Filter": {"Prefix": "a"}, "Expiration": {"Days": 1}})
    s3.put_bucket_lifecycle_configuration(Bucket=NAME, LifecycleConfiguration={"Rules": rules})


def other_tier(s3: Any) -> None:
    rules = s3.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"]
    rules[0]["Transitions"].append({"Days": 200, "StorageClass": "DEEP_ARCHIVE"})
    s3.put_bucket_lifecycle_configuration(Bucket=NAME, LifecycleConfiguration={"Rules": rules})


def retagged(s3: Any) -> None:
    there = s3.get_bucket_tagging(Bucket=NAME)["TagSet"]
    tags = [{**tag, "Value": "x"} if tag["Key"] == "owner" else tag for tag in there]
    s3.put_bucket_tagging(Bucket=NAME, Tagging={"TagSet": tags})


TIERS = {"standardIaAfterDays", "glacierAfterDays", "deepArchiveAfterDays", "expireAfterDays"}
DRIFTS = [
    (
        (open_to_public, other_owner, default_key, no_policy, shorter_lock, no_lifecycle, retagged),
        {"publicAccessBlocked", "ownershipEnforced", "keyArn", "policy", "lockMode", "retentionDays", "tags.owner"}
        | TIERS,
    ),
    ((half_open, suspended, second_rule), {"publicAccessBlocked", "versioned", *TIERS}),
    ((other_tier,), {"deepArchiveAfterDays"}),
]


async def test_each_drift_is_found_and_put_right(engine: ResourceEngine, s3: Any) -> None:
    made = await engine.create(TOKEN, "billing", declared())
    for plants, where in DRIFTS:
        for plant in plants:
            plant(s3)
        drifted = await engine.refresh(made)
        assert drifted is not None
        assert await engine.changed(drifted, declared()) == where
        made = await engine.update(drifted, declared())
        read = await engine.refresh(made)
        assert read is not None
        assert await engine.changed(read, declared()) == set()


async def test_nothing_is_done_to_one_that_is_replicated_or_locked_firmer(
    engine: ResourceEngine, aws: AwsApi, s3: Any
) -> None:
    inputs = declared(lockMode="GOVERNANCE")
    made = await engine.create(TOKEN, "billing", inputs)
    rule = {"ID": "r", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}}
    rule |= {"DeleteMarkerReplication": {"Status": "Disabled"}, "Destination": {"Bucket": "arn:aws:s3:::elsewhere"}}
    role = "arn:aws:iam::123456789012:role/r"
    s3.put_bucket_replication(Bucket=NAME, ReplicationConfiguration={"Role": role, "Rules": [rule]})
    lock(s3, "COMPLIANCE", 500)

    drifted = await engine.refresh(made)
    assert drifted is not None
    assert drifted.outputs["replicas"] == ["arn:aws:s3:::elsewhere"]
    assert await engine.changed(drifted, inputs) == {"replicas", "lockMode", "retentionDays"}
    aws.reset_calls()
    for preview in (True, False):
        refusal = str((await failure_of(engine.update(drifted, inputs, preview=preview))).details())
        assert "replicated to arn:aws:s3:::elsewhere, not by levee" in refusal
        assert "can't change from COMPLIANCE, which is live" in refusal
        assert "can't be shortened from 500, which is live" in refusal
    assert changes_made(aws) == {}
