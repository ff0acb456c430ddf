"""What the caller may do, against what a plan needs."""

from __future__ import annotations

from typing import Any

import pytest

from levee.plan.planned import Plan
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.preflight.caller import Unsimulated, misplaced_caller, policy_source
from levee_infra.targets.aws.preflight.needs import DANGEROUS, needs
from levee_infra.targets.aws.preflight.rights import Decision, look_at_rights
from levee_infra.targets.findings import Findings
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws_stack import AwsStack, deployer

CALLER = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ci"


def least(plan: Plan, without: str = "") -> list[dict[str, Any]]:
    """The least policy that the plan can be carried out with, less one action."""
    return [
        {"Effect": "Allow", "Action": [a for a in need.actions if a != without] or ["x:Y"], "Resource": need.resource}
        for need in needs(plan)
    ]


async def test_the_least_policy_is_enough_and_no_more(files: AwsStack, aws: AwsApi, api: Api) -> None:
    plan = files.plan()
    deployer(aws, least(plan))
    assert await look_at_rights(plan, api, CALLER) == Findings()


async def test_what_is_lacking_is_told_at_once(files: AwsStack, aws: AwsApi, api: Api) -> None:
    plan = files.plan()
    statements = [each for each in least(plan, "iam:PutRolePolicy") if "kms:CreateKey" not in each["Action"]]
    deployer(aws, statements)
    (problem,) = (await look_at_rights(plan, api, CALLER)).problems
    assert (problem.id, problem.origin.path) == ("missing-rights", ("account",))
    assert problem.message.endswith("what the plan needs: iam: PutRolePolicy; kms: CreateKey, ListAliases")


async def test_rights_for_another_stacks_things_are_none(files: AwsStack, aws: AwsApi, api: Api) -> None:
    plan = files.plan()
    other = [{**each, "Resource": each["Resource"].replace("levee/test/", "levee/prod/")} for each in least(plan)]
    deployer(aws, other)
    (problem,) = (await look_at_rights(plan, api, CALLER)).problems
    assert "secretsmanager: CreateSecret" in problem.message


async def test_a_policy_that_asks_for_the_region_and_tags(files: AwsStack, aws: AwsApi, api: Api) -> None:
    plan = files.plan()
    at_home = {"StringEquals": {"aws:RequestedRegion": [REGION, "us-east-1"], "aws:ResourceTag/levee:stack": "test"}}
    deployer(aws, [{**each, "Condition": at_home} for each in least(plan)])
    assert await look_at_rights(plan, api, CALLER) == Findings()


async def test_what_hangs_on_something_unknown_is_a_warning(files: AwsStack, aws: AwsApi, api: Api) -> None:
    plan = files.plan()
    safe = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    deployer(aws, [{**each, "Condition": safe} for each in least(plan)])
    found = await look_at_rights(plan, api, CALLER)
    assert not found.problems
    assert found.warnings[0].endswith("is unknown: its policies ask for aws:MultiFactorAuthPresent")


async def test_an_administrator_is_warned_of(files: AwsStack, aws: AwsApi, api: Api) -> None:
    deployer(aws, [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
    found = await look_at_rights(files.plan(), api, CALLER)
    assert not found.problems
    assert len(found.warnings) == 1
    assert all(action in found.warnings[0] for action in DANGEROUS)


@pytest.mark.parametrize("operation", ["iam:SimulatePrincipalPolicy", "iam:GetRole"])
async def test_who_may_not_ask_is_warned(files: AwsStack, aws: AwsApi, api: Api, operation: str) -> None:
    plan = files.plan()
    deployer(aws, least(plan))
    aws.fail(operation, "denied", times=99)
    found = await look_at_rights(plan, api, CALLER)
    assert not found.problems
    assert f"can't be determined: AWS {operation.partition(':')[0]}:" in found.warnings[0]
    aws.reset()


@pytest.mark.parametrize(
    ("caller", "why"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", "use a role"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/ann", "simulates no others"),
        (f"arn:aws:sts::{ACCOUNT}:user/moto", "simulates no others"),
    ],
)
async def test_callers_whose_policies_nobody_knows(api: Api, caller: str, why: str) -> None:
    with pytest.raises(Unsimulated, match=why):
        await policy_source(api, caller)


async def test_a_user_is_its_own_source(api: Api) -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/people/ann"
    assert await policy_source(api, user) == user


def test_whatever_limits_the_caller_has_a_say() -> None:
    result = {"EvalActionName": "kms:CreateKey", "EvalDecision": "allowed"}
    assert Decision.read(result).allowed
    assert not Decision.read({**result, "OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}).allowed
    bounded = {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}}
    assert not Decision.read({**result, **bounded}).allowed
    specific = {"ResourceSpecificResults": [{"MissingContextValues": ["aws:SourceIp"]}]}
    assert Decision.read({**result, **specific}).missing == ("aws:SourceIp",)


def test_a_caller_of_another_partition(files: AwsStack) -> None:
    assert list(misplaced_caller(files.plan(), CALLER)) == []
    (problem,) = misplaced_caller(files.plan(), CALLER.replace("arn:aws:", "arn:aws-cn:"))
    assert (problem.id, problem.origin.path) == ("wrong-partition", ("region",))


def test_a_plan_needs_what_its_resources_need(files: AwsStack) -> None:
    services = {action.partition(":")[0] for need in needs(files.plan()) for action in need.actions}
    assert services == {"cloudwatch", "iam", "kms", "s3", "secretsmanager", "tag"}
    files.in_aws(f"cluster_arn: arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-1")
    files.edit(files.orders, "kind: application", "kind: cloudwatch-logs\n    log_group: /orders/api")
    services = {action.partition(":")[0] for need in needs(files.plan()) for action in need.actions}
    assert services == {"cloudwatch", "iam", "kafka", "kinesis", "kms", "logs", "s3", "secretsmanager", "tag"}


def test_a_plan_without_archive_and_monitors_needs_less(files: AwsStack) -> None:
    text = files.orders.read_text()
    files.orders.write_text(text[: text.index("archive:")])
    services = {action.partition(":")[0] for need in needs(files.plan()) for action in need.actions}
    assert services == {"iam", "kms", "secretsmanager", "tag"}
