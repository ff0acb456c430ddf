"""An archive that is no longer declared: kept as it is, tagged so, and taken back by its own stack alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from levee.clock import SYSTEM_CLOCK
from tests.support.aws.api import AwsApi
from tests.support.aws.archive import DUE, NAME, TAGS, TOKEN, changes_made, declared, put_object
from tests.support.provider_host import failure_of
from tests.support.resource_engine import ResourceEngine


@pytest.fixture
def s3(aws: AwsApi) -> Any:
    """S3 by hand."""
    return aws.client("s3")


async def test_removal_takes_an_approval_that_is_due(engine: ResourceEngine, aws: AwsApi, s3: Any) -> None:
    later = (SYSTEM_CLOCK.today() + timedelta(days=2)).isoformat()
    made = await engine.create(TOKEN, "billing", declared())
    approved = await engine.update(made, declared(deletion={**DUE, "on": later}))
    for early in (made, approved):
        await engine.delete(early)
        assert tags_of(s3)["levee:managed-by"] == "nobody"
    back = await engine.create(TOKEN, "billing", declared())
    due = await engine.update(back, declared(deletion=DUE))
    assert tags_of(s3) == TAGS
    assert "s3:DeleteBucket" not in changes_made(aws)
    await engine.delete(due)
    await engine.delete(due)
    assert await engine.refresh(due) is None


def tags_of(s3: Any) -> dict[str, str]:
    """Without the mark by which a bucket is known again."""
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=NAME)["TagSet"]}
    return {name: text for name, text in tags.items() if name != "levee:made"}


def a_version(s3: Any) -> None:
    put_object(s3)


def an_older_version(s3: Any) -> None:
    put_object(s3)
    s3.delete_object(Bucket=NAME, Key="log")


def an_unfinished_upload(s3: Any) -> None:
    s3.delete_bucket_policy(Bucket=NAME)
    s3.create_multipart_upload(Bucket=NAME, Key="log")


@pytest.mark.parametrize("fill", [a_version, an_older_version, an_unfinished_upload])
async def test_an_archive_that_holds_anything_is_let_go_of_as_it_is(
    engine: ResourceEngine, aws: AwsApi, s3: Any, fill: Callable[[Any], None]
) -> None:
    made = await engine.create(TOKEN, "billing", declared(deletion=DUE))
    fill(s3)
    aws.reset_calls()
    for _ in range(2):
        await engine.delete(made)
    today = SYSTEM_CLOCK.today()
    released = {"levee:managed-by": "nobody", "levee:released": today.isoformat()}
    locked = {"levee:locked-until": (today + timedelta(days=365)).isoformat()}
    assert tags_of(s3) == {**TAGS, **released, **locked}
    assert changes_made(aws) == {"s3:PutBucketTagging": 1}


async def test_where_tags_cannot_be_written_nothing_is_lost_and_it_is_said(
    engine: ResourceEngine, aws: AwsApi, s3: Any
) -> None:
    made = await engine.create(TOKEN, "billing", declared(deletion=DUE))
    put_object(s3)
    aws.fail("s3:PutBucketTagging", "denied")
    failure = str((await failure_of(engine.delete(made))).details())
    assert f"{NAME} is kept and can't be let go of, for its tags can't be written" in failure
    assert "s3:put_bucket_tagging" in failure
    assert await engine.refresh(made) is not None
    await engine.delete(made)
    assert tags_of(s3)["levee:managed-by"] == "nobody"


async def test_what_cannot_be_looked_into_is_not_empty(engine: ResourceEngine, aws: AwsApi) -> None:
    made = await engine.create(TOKEN, "billing", declared(deletion=DUE))
    for operation in ("s3:ListObjectVersions", "s3:ListMultipartUploads"):
        aws.fail(operation, "denied")
        failure = str((await failure_of(engine.delete(made))).details())
        assert "AccessDenied" in failure
    assert "s3:DeleteBucket" not in changes_made(aws)


async def test_what_was_let_go_of_is_taken_back_by_its_stack_as_it_is(
    engine: ResourceEngine, aws: AwsApi, s3: Any
) -> None:
    made = await engine.create(TOKEN, "billing", declared())
    policy = s3.get_bucket_policy(Bucket=NAME)["Policy"]
    put_object(s3)
    s3.put_bucket_policy(Bucket=NAME, Policy=policy)
    await engine.delete(made)

    other = await engine.check(TOKEN, "billing", declared(retentionDays=399))
    for call in (engine.preview_create, engine.create_checked):
        failure = str((await failure_of(call(TOKEN, "billing", other))).details())
        assert (
            f"levee let go of the archive bucket {NAME}, and it differs from what is declared in retentionDays"
            in failure
        )
    theirs = await engine.check(TOKEN, "billing", declared(tags={**TAGS, "levee:stack": "test"}))
    failure = str((await failure_of(engine.create_checked(TOKEN, "billing", theirs))).details())
    assert "stack prod let go of it on 20" in failure
    assert tags_of(s3)["levee:managed-by"] == "nobody"

    renamed = {**TAGS, "levee:resource": "billing-2"}
    back = await engine.create(TOKEN, "billing-2", declared(tags=renamed))
    assert tags_of(s3) == renamed
    read = await engine.refresh(back)
    assert read is not None
    assert await engine.changed(read, declared(tags=renamed)) == set()


async def test_one_that_is_declared_and_was_let_go_of_is_drift(engine: ResourceEngine, s3: Any) -> None:
    """A run that was killed between the tags and the state has left it so."""
    made = await engine.create(TOKEN, "billing", declared())
    await engine.delete(made)
    read = await engine.refresh(made)
    assert read is not None
    assert await engine.changed(read, declared()) == {'tags["levee:managed-by"]'}
    await engine.update(read, declared())
    assert tags_of(s3) == TAGS


async def test_one_that_another_stack_has_by_now_is_left_alone(engine: ResourceEngine, aws: AwsApi, s3: Any) -> None:
    made = await engine.create(TOKEN, "billing", declared())
    there = s3.get_bucket_tagging(Bucket=NAME)["TagSet"]
    theirs = [{**tag, "Value": "test"} if tag["Key"] == "levee:stack" else tag for tag in there]
    s3.put_bucket_tagging(Bucket=NAME, Tagging={"TagSet": theirs})
    aws.reset_calls()
    await engine.delete(made)
    assert changes_made(aws) == {}
