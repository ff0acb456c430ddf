"""The whole look, as `levee up` and the program have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.diagnostics import LeveeError, Rejected
from levee.model.problem import Problem
from levee_infra.targets.aws.preflight.account import look_at_account
from levee_infra.targets.findings import MISSING_RIGHTS, Findings
from levee_infra.targets.preflight import preflight
from tests.support.aws.api import AwsApi
from tests.support.aws_stack import BUCKET, ON_CALL, OTHER_ACCOUNT, AwsStack, session_of


def test_what_nobody_can_simulate_is_said(files: AwsStack, aws: AwsApi) -> None:
    found = look_at_account(files.plan(), files.project)
    assert not found.problems
    assert [warning.partition(":")[0] for warning in found.warnings] == [
        "whether the caller may do all that the plan needs can't be determined"
    ]
    assert aws.calls()["sts:GetCallerIdentity"] == 2


def test_another_account_is_asked_nothing_more(files: AwsStack, aws: AwsApi, tmp_path: Path) -> None:
    keys = session_of(aws, f"arn:aws:iam::{OTHER_ACCOUNT}:role/deployer", tmp_path / "keys")
    files.edit(files.stack, str(aws.credentials_file), keys)
    aws.reset_calls()
    (problem,) = look_at_account(files.plan(), files.project).problems
    assert (problem.id, problem.origin.path) == ("wrong-account", ("account",))
    assert OTHER_ACCOUNT in problem.message
    assert set(aws.calls()) == {"sts:GetCallerIdentity"}


def test_everything_is_told_at_once_before_the_cluster_is_asked(files: AwsStack, aws: AwsApi) -> None:
    files.in_aws(f"alarm_actions: ['{ON_CALL}']")
    aws.client("s3", region="us-east-1").create_bucket(Bucket=BUCKET)
    with pytest.raises(Rejected) as rejected:  # the brokers don't answer: what is known is told nevertheless
        preflight(files.plan(), files.project, changing=True)
    assert rejected.value.exit_code == 1
    assert [each.id for each in rejected.value.diagnostics] == ["no-topic", "wrong-region"]
    assert all(each.location is not None and each.excerpt for each in rejected.value.diagnostics)


def test_who_only_looks_may_lack_the_rights_to_change(files: AwsStack) -> None:
    origin = files.plan().origin
    found = Findings((Problem(MISSING_RIGHTS, "may not", "", origin), Problem("no-key", "gone", "", origin)), ("odd",))
    assert found.tolerating(MISSING_RIGHTS) == Findings((Problem("no-key", "gone", "", origin),), ("may not", "odd"))


def test_an_api_that_isnt_there(files: AwsStack, aws: AwsApi) -> None:
    aws.fail("sts:GetCallerIdentity", "expired", times=9)
    with pytest.raises(LeveeError, match="renew the credentials"):
        look_at_account(files.plan(), files.project)
    aws.reset()


def test_a_server_that_isnt_there_is_to_be_started(files: AwsStack, aws: AwsApi) -> None:
    files.edit(files.stack, aws.endpoint, "http://127.0.0.1:1")
    with pytest.raises(LeveeError) as refused:
        look_at_account(files.plan(), files.project)
    assert "levee local up --aws" in str(refused.value.help)
