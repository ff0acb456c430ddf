"""Archives that exist, and topics that don't."""

from __future__ import annotations

from dataclasses import replace

import pytest

from levee.targets.aws.block import aws_block
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.preflight.buckets import look_at_buckets
from levee_infra.targets.aws.preflight.topics import look_at_topics
from levee_infra.targets.findings import Findings
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws_stack import BUCKET, ON_CALL, OTHER_ACCOUNT, AwsStack


async def test_a_bucket_that_isnt_there_yet_or_is_in_the_stacks_region(files: AwsStack, aws: AwsApi, api: Api) -> None:
    assert await look_at_buckets(files.plan(), api) == Findings()
    aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    assert await look_at_buckets(files.plan(), api) == Findings()


async def test_a_bucket_in_another_region(files: AwsStack, aws: AwsApi, api: Api) -> None:
    aws.client("s3", region="us-east-1").create_bucket(Bucket=BUCKET)
    (problem,) = (await look_at_buckets(files.plan(), api)).problems
    assert problem.id == "wrong-region"
    assert "lies in us-east-1" in problem.message
    assert (problem.origin.file.rpartition("/")[2], problem.origin.path) == ("orders.yaml", ("archive", "bucket"))


async def test_a_bucket_of_somebody_elses(files: AwsStack, aws: AwsApi, api: Api) -> None:
    aws.fail("s3:HeadBucket", "denied")
    (problem,) = (await look_at_buckets(files.plan(), api)).problems
    assert problem.id == "bucket-not-ours"
    assert "another account's, or the caller may not look" in problem.message


async def test_topics_that_alarms_tell(files: AwsStack, aws: AwsApi, api: Api) -> None:
    plan = files.in_aws(f"alarm_actions: ['{ON_CALL}']").plan()
    (problem,) = (await look_at_topics(plan, api)).problems
    assert (problem.id, problem.origin.path) == ("no-topic", ("aws", "alarm_actions", 0))
    aws.client("sns").create_topic(Name="on-call")
    assert await look_at_topics(plan, api) == Findings()
    aws.fail("sns:GetTopicAttributes", "denied")
    found = await look_at_topics(plan, api)
    assert not found.problems
    assert "can't be determined" in found.warnings[0]


@pytest.mark.parametrize("topic", [ON_CALL.replace(ACCOUNT, OTHER_ACCOUNT), ON_CALL.replace(REGION, "us-east-1")])
async def test_a_topic_elsewhere_is_not_even_asked_for(files: AwsStack, topic: str, aws: AwsApi, api: Api) -> None:
    plan = files.plan()  # files with such a topic are refused while they are read
    plan = replace(plan, block=replace(aws_block(plan), alarm_actions=(topic,)))
    assert [problem.id for problem in (await look_at_topics(plan, api)).problems] == ["outside"]
    assert not aws.calls()
