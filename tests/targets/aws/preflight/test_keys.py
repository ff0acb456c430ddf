"""Keys that a plan names and that can't be used, or lie elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from levee.plan.planned import Plan
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.preflight.keys import judge_key, look_at_keys, named_keys
from levee_infra.targets.findings import Findings
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws_stack import OTHER_ACCOUNT, AwsStack

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def named(files: AwsStack, key: str) -> Plan:
    """A plan whose secrets are encrypted by `key`."""
    files.edit(files.stack, "encrypted_by: stack-key", f"encrypted_by: {key}")
    return files.plan()


def about(**changes: Any) -> dict[str, Any]:
    """A key's KeyMetadata, as a stack needs it but for the changes."""
    return {
        "Arn": KEY,
        "KeyState": "Enabled",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyManager": "CUSTOMER",
        "MultiRegion": False,
        **changes,
    }


def copied_to(*regions: str) -> dict[str, Any]:
    copies = {"PrimaryKey": {"Region": REGION}, "ReplicaKeys": [{"Region": region} for region in regions]}
    return about(MultiRegion=True, MultiRegionConfiguration=copies)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (about(), []),
        (about(KeyState="Disabled"), ["key-off"]),
        (about(KeyState="PendingDeletion"), ["key-off"]),
        (about(KeySpec="RSA_4096"), ["wrong-key"]),
        (about(KeyManager="AWS"), ["wrong-key"]),
        (copied_to(), []),
        (copied_to("eu-west-1"), []),
        (copied_to("eu-west-1", "us-east-1"), ["key-copied-out"]),
        (copied_to("eu-west-2"), ["key-copied-out"]),
        (copied_to("eu-central-2"), ["key-copied-out"]),
        (copied_to("mars-north-1"), ["key-copied-out"]),
    ],
)
def test_what_a_key_must_be(files: AwsStack, metadata: dict[str, Any], expected: list[str]) -> None:
    plan = named(files, KEY)
    assert [problem.id for problem in judge_key(plan, KEY, metadata, plan.origin)] == expected


def test_only_keys_that_exist_already_are_named(files: AwsStack) -> None:
    assert named_keys(files.plan()) == {}
    files.edit(files.orders, "encrypted_by: stack-key", f"encrypted_by: {KEY}")
    plan = named(files, KEY)
    assert named_keys(plan) == {KEY: plan.origin.at("secrets", "encrypted_by")}


async def test_a_key_that_is_as_it_must_be_and_one_with_a_copy_outside(files: AwsStack, aws: AwsApi, api: Api) -> None:
    kms = aws.client("kms")
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    plan = named(files, key)
    assert await look_at_keys(plan, api) == Findings()
    kms.replicate_key(KeyId=key.rpartition("/")[2], ReplicaRegion="us-east-1")
    (problem,) = (await look_at_keys(plan, api)).problems
    assert problem.id == "key-copied-out"
    assert problem.origin.path == ("secrets", "encrypted_by")


async def test_no_such_key_and_one_that_may_not_be_looked_at(files: AwsStack, aws: AwsApi, api: Api) -> None:
    plan = named(files, KEY)
    assert [problem.id for problem in (await look_at_keys(plan, api)).problems] == ["no-key"]
    aws.fail("kms:DescribeKey", "denied")
    assert [problem.id for problem in (await look_at_keys(plan, api)).problems] == ["unverified"]


@pytest.mark.parametrize("key", [KEY.replace(ACCOUNT, OTHER_ACCOUNT), KEY.replace(REGION, "us-east-1")])
async def test_a_key_elsewhere_is_not_even_asked_for(files: AwsStack, key: str, aws: AwsApi, api: Api) -> None:
    plan = files.plan()
    plan = replace(plan, secrets=replace(plan.secrets, key=key))  # files are refused while they are read
    assert [problem.id for problem in (await look_at_keys(plan, api)).problems] == ["outside"]
    assert not aws.calls()
