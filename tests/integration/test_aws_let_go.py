"""What outlives its stream on AWS: kept as it is, told before and after, and in nobody's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from levee.clock import SYSTEM_CLOCK
from tests.support.aws_deployment import AwsDeployment
from tests.support.deployment import Result
from tests.support.kafka_clients import produce

pytestmark = pytest.mark.integration


@pytest.fixture
def stack(new_aws_deployment: Callable[[], AwsDeployment]) -> AwsDeployment:
    """Both services are of `events`, too, so that they outlive `audit`."""
    deployment = new_aws_deployment()
    reader = deployment.service("reader")
    deployment.stream("events", consumers=f"[{{service: {reader}, groups: [{reader}]}}]")
    return deployment


def retirement(*, more: str = "") -> str:
    today = SYSTEM_CLOCK.today()
    return f"{{on: {today}, approved_by: dpo, reason: replaced by another stream, ticket: GOV-1{more}}}"


def retire(stack: AwsDeployment, *, more: str = "") -> None:
    """Let the stream `audit` retire from today on."""
    file = stack.streams / "audit.yaml"
    file.write_text(f"{file.read_text()}retire: {retirement(more=more)}\n")


def fill(stack: AwsDeployment) -> None:
    """Archive something. Its policy is off meanwhile: moto denies whatever a statement denies, on any condition."""
    s3 = stack.aws("s3")
    policy = s3.get_bucket_policy(Bucket=stack.bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=stack.bucket)
    s3.put_object(Bucket=stack.bucket, Key="2026/11/30.json", Body=b"{}")
    s3.put_bucket_policy(Bucket=stack.bucket, Policy=policy)


def settings(stack: AwsDeployment) -> dict[str, Any]:
    """What keeps an archive as it is."""
    s3, bucket = stack.aws("s3"), stack.bucket
    answers = {
        name: getattr(s3, f"get_{name}")(Bucket=bucket)
        for name in ("bucket_policy", "bucket_encryption", "object_lock_configuration", "bucket_versioning")
    }
    return {name: {**answer, "ResponseMetadata": None} for name, answer in answers.items()}


def tags(stack: AwsDeployment) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in stack.aws("s3").get_bucket_tagging(Bucket=stack.bucket)["TagSet"]}


def up(stack: AwsDeployment) -> Result:
    return stack.run("up", stack.stack, "--yes", "--engine", "embedded", "--max-removed", "100")


def test_a_retired_stream_leaves_a_filled_archive_and_the_stack_goes_on_and_ends_well(
    stack: AwsDeployment,
) -> None:
    assert stack.up().code == 0
    fill(stack)
    before = settings(stack)
    until = (SYSTEM_CLOCK.today() + timedelta(days=400)).isoformat()

    audit = (stack.streams / "audit.yaml").read_text()
    (stack.streams / "audit.yaml").unlink()
    refused = up(stack)
    assert (refused.code, "its stream is gone" in refused.err) == (1, True), refused.text

    (stack.streams / "audit.yaml").write_text(audit)
    retire(stack)
    assert stack.up().code == 0
    (stack.streams / "audit.yaml").unlink()
    told = f"let go of archive of stream audit: it is kept with its lock, locked until {until} at the latest"
    preview = stack.run("preview", stack.stack, "--engine", "embedded", "--max-removed", "100")
    assert (preview.code, told in preview.out, "1 to let go" in preview.summary) == (0, True, True), preview.text
    assert tags(stack)["levee:managed-by"] == "levee"

    gone = up(stack)
    assert (gone.code, "let go of archive of stream audit" in gone.out, "1 let go" in gone.summary) == (
        0,
        True,
        True,
    ), gone.text
    assert stack.topic("audit") not in stack.live_topics()
    assert (settings(stack), tags(stack)["levee:locked-until"]) == (before, until)
    again = up(stack)
    assert (again.code, "deleted" in again.summary, "let go" in again.summary) == (0, False, False), again.text
    status = stack.run("status", stack.stack)
    line = f"let go    archive bucket {stack.bucket} since {SYSTEM_CLOCK.today()}: holds records, locked until {until}"
    assert (status.code, line in status.out) == (0, True), status.text

    ended = stack.destroy()
    assert (ended.code, "let go of key stack-key" in ended.out) == (0, True), ended.text
    assert stack.counts() == {"keys": 1, "secrets": 0, "roles": 0, "buckets": 1, "alarms": 0, "users": 0}
    kms = stack.aws("kms").describe_key(KeyId=stack.keys()[0])["KeyMetadata"]
    assert kms["KeyState"] == "Enabled"
    status = stack.run("status", stack.stack)
    assert (status.out.count("let go    "), "let go    key " in status.out) == (2, True), status.text


def test_the_account_that_says_nothing_is_unknown_and_not_empty(
    stack: AwsDeployment,
) -> None:
    stack.api.fail("resourcegroupstaggingapi:GetResources", "denied")
    status = stack.run("status", stack.stack)
    assert (status.code, "let go    unknown: " in status.out, "tag" in status.out) == (1, True, True), status.text


@pytest.mark.soak
def test_a_whole_stack_with_filled_archives_ends_and_comes_back(
    stack: AwsDeployment,
) -> None:
    retire(stack, more=", let_go: true")
    assert stack.up().code == 0
    fill(stack)
    key = stack.keys()
    produce(stack.client("writer"), stack.topic("audit"))
    ended = stack.destroy()
    assert (ended.code, "3 let go" in ended.summary) == (0, True), ended.text
    assert f"let go of topic {stack.topic('audit')}: it stays with its records" in ended.out
    assert stack.live_topics().keys() == {stack.topic("audit")}
    assert stack.end_offset("audit", 0) + stack.end_offset("audit", 1) == 1
    assert (stack.live_acls(), stack.keys()) == (set(), key)

    refused = stack.up()
    assert (refused.code, "it holds records, or did" in refused.err) == (1, True), refused.text
    with (stack.streams / "audit.yaml").open("a") as stream:
        terms = f"on: {SYSTEM_CLOCK.today()}, approved_by: dpo, reason: it comes back to its stack, ticket: G-1"
        stream.write(f"adopt: {{{terms}}}\n")
    back = stack.up()
    assert back.code == 0, back.text
    assert (stack.keys(), tags(stack)["levee:managed-by"]) == (key, "levee")
    assert stack.run("status", stack.stack).out.count("let go    ") == 0
    assert stack.drift().code == 0


def test_what_was_made_anew_stops_up_until_it_is_acknowledged(stack: AwsDeployment) -> None:
    assert stack.up().code == 0
    manager, name = stack.aws("secretsmanager"), stack.secret("writer")
    about = manager.describe_secret(SecretId=name)
    value = manager.get_secret_value(SecretId=name)["SecretString"]
    manager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    tags = [tag for tag in about["Tags"] if not tag["Key"].startswith("aws:")]
    other = manager.create_secret(
        Name=name, Description=about["Description"], KmsKeyId=about["KmsKeyId"], Tags=tags, SecretString=value
    )["ARN"]

    found = stack.drift()
    assert (found.code, f"recreated as nothing → {other}" in found.out) == (3, True), found.text
    proof = stack.run("verify", stack.stack)
    assert (proof.code, f"{other}; recorded is {about['ARN']}" in proof.out) == (1, True), proof.text
    for _ in range(2):
        refused = stack.up()
        told = f"stack.yaml: approve: [{{change: recreated, identity: {other}"
        assert (refused.code, told in refused.err) == (1, True), refused.text

    file = stack.folder / "stack.yaml"
    until = (SYSTEM_CLOCK.today() + timedelta(days=7)).isoformat()
    terms = f"until: {until}, approved_by: dpo, reason: agreed with its owner, ticket: G-1"
    declared = file.read_text()
    file.write_text(f"{declared}approve: [{{change: recreated, identity: '{other}', {terms}}}]\n")
    up = stack.up()
    assert up.code == 0, up.text
    file.write_text(declared)
    clean = stack.drift()
    assert clean.code == 0, clean.text
    proof = stack.run("verify", stack.stack)
    assert proof.code == 0, proof.text
