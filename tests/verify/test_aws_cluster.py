"""An MSK cluster that isn't as a plan has it, or takes others' users."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from levee.plan.planned import Plan
from levee.targets.aws.iam.arn import ClusterArn
from levee.targets.aws.iam.cluster_policy import cluster_policy
from levee_infra.targets.aws.account import account_api
from levee_infra.targets.aws.live import Unread, read_policy
from levee_infra.targets.aws.msk_cluster import LiveCluster
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.inventory import account_inventory
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.targets.aws.proof.prove import judge_account
from levee_infra.verify.answer import Verdict
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.msk_clusters import Cluster
from tests.support.aws_account import compliant_account, plant_account, with_secret
from tests.support.aws_stack import OTHER_ACCOUNT, AwsStack

ARN = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-12ab-34cd-56ef-1234567890ab-2"
SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:AmazonMSK_levee/"
ORGANIZATION = "o-a1b2c3d4e5"


@pytest.fixture
def plan(aws_files: AwsStack) -> Plan:
    return aws_files.in_aws(f"cluster_arn: {ARN}").plan()


def live(plan: Plan, **changes: Any) -> LiveAccount:
    """The account with a cluster as declared, but for the changes."""
    account = compliant_account(plan)
    assert isinstance(account.cluster, LiveCluster)
    return replace(account, cluster=replace(account.cluster, **changes))


def wrong(plan: Plan, account: LiveAccount) -> dict[str, Verdict]:
    found = (each for each in judge_account(plan, account) if each.verdict is not Verdict.AS_DECLARED)
    return {each.check.column: each.verdict for each in found if each.check.thing is things.CLUSTER}


def test_a_cluster_as_declared_is_proved(plan: Plan) -> None:
    outcomes = judge_account(plan, live(plan))
    columns = [each.check.column for each in outcomes if each.check.thing is things.CLUSTER]
    assert columns == ["is there", "closed", "users", "no outsiders"]
    assert wrong(plan, live(plan)) == {}


def test_a_stack_that_names_no_cluster_claims_nothing_of_one(aws_files: AwsStack) -> None:
    plan = aws_files.plan()
    assert not [each for each in judge_account(plan, compliant_account(plan)) if each.check.thing is things.CLUSTER]


def test_a_cluster_that_is_gone_or_not_told_or_open(plan: Plan) -> None:
    assert wrong(plan, replace(live(plan), cluster=None)) == {"is there": Verdict.SURPRISE}
    assert wrong(plan, replace(live(plan), cluster=Unread("denied"))) == {"is there": Verdict.UNKNOWN}
    about = Cluster("logs", ACCOUNT, REGION, arn=ARN, unauthenticated=True).described()
    assert wrong(plan, live(plan, about=about)) == {"closed": Verdict.SURPRISE}


def test_users_are_those_of_the_declared_secrets(plan: Plan) -> None:
    cluster = live(plan).cluster
    assert isinstance(cluster, LiveCluster)
    others = (*cluster.secrets, f"{SECRETS}other/somebody.g1-a1B2c3")
    assert wrong(plan, live(plan, secrets=others)) == {}
    assert wrong(plan, live(plan, secrets=cluster.secrets[1:])) == {"users": Verdict.SURPRISE}
    revoked = (*cluster.secrets, f"{SECRETS}test/orders-api.g0-a1B2c3")
    assert wrong(plan, live(plan, secrets=revoked)) == {"users": Verdict.SURPRISE}
    assert wrong(plan, replace(live(plan), secrets=Unread("denied"))) == {"users": Verdict.UNKNOWN}
    renewed = with_secret(live(plan), "AmazonMSK_levee/test/orders-api.g1", arn=f"{SECRETS}test/orders-api.g1-zzzzzz")
    assert wrong(plan, renewed) == {"users": Verdict.SURPRISE}


@pytest.mark.parametrize(
    ("declared", "written", "expected"),
    [
        ("", {}, {}),
        ("", {"accounts": [OTHER_ACCOUNT]}, {"no outsiders": Verdict.SURPRISE}),
        ("", {"organization": ORGANIZATION}, {"no outsiders": Verdict.UNKNOWN}),
        (f'accounts: ["{OTHER_ACCOUNT}"]', {"accounts": [OTHER_ACCOUNT]}, {}),
        (f'accounts: ["{OTHER_ACCOUNT}"]', {"accounts": ["333333333333"]}, {"no outsiders": Verdict.SURPRISE}),
        (f"organization: {ORGANIZATION}", {"organization": ORGANIZATION}, {}),
        (f"organization: {ORGANIZATION}", {"organization": "o-zzzzzzzzzz"}, {"no outsiders": Verdict.SURPRISE}),
        (f"organization: {ORGANIZATION}", {"accounts": [OTHER_ACCOUNT]}, {"no outsiders": Verdict.SURPRISE}),
    ],
)
def test_whom_the_clusters_policy_lets_in(
    aws_files: AwsStack, declared: str, written: dict[str, Any], expected: dict[str, Verdict]
) -> None:
    if declared:
        aws_files.edit(aws_files.stack, "  brokers: 3\n", f"  brokers: 3\n  policy: {{{declared}}}\n")
    plan = aws_files.in_aws(f"cluster_arn: {ARN}").plan()
    text = cluster_policy(ClusterArn.parse(ARN), **written).compact() if written else None
    assert wrong(plan, live(plan, policy=read_policy(text, of_resource=True))) == expected


async def test_a_cluster_is_read_by_its_api(aws_api: AwsApi, tmp_path: Path) -> None:
    aws_api.reset()
    aws_api.plant_cluster(arn=ARN)
    plan = AwsStack(tmp_path, aws_api).in_aws(f"cluster_arn: {ARN}").plan()
    plant_account(aws_api, plan)
    secrets = aws_api.client("secretsmanager").list_secrets()["SecretList"]
    for about in secrets:
        aws_api.client("secretsmanager").put_secret_value(
            SecretId=about["ARN"], SecretString='{"username": "somebody", "password": "something"}'
        )
    kafka = aws_api.client("kafka")
    kafka.batch_associate_scram_secret(ClusterArn=ARN, SecretArnList=[about["ARN"] for about in secrets])
    api = account_api(plan, tmp_path)
    try:
        account = await account_inventory(api, plan)
    finally:
        await api.close()
    assert [each for each in judge_account(plan, account) if each.verdict is not Verdict.AS_DECLARED] == []
    assert isinstance(account.cluster, LiveCluster)
    assert len(account.cluster.secrets) == len(secrets)
