"""Which other accounts may reach a cluster, and that reaching it is all they may."""

import pytest

from levee.model.name import NamePattern
from levee.targets.aws.iam.cluster_policy import cluster_policy
from levee.targets.aws.iam.evaluate import FULL_ACCESS, Policies, evaluate
from levee.targets.aws.iam.parsing import parse_document
from tests.support.aws_request import CLUSTER, OTHER_ACCOUNT, OUTSIDER, request

THIRD = "arn:aws:iam::999999999999:role/third"


def allowed(policy: Policies, action: str = "kafka:CreateVpcConnection", by: str = OUTSIDER, org: str = "o-a") -> bool:
    return evaluate(request(action, str(CLUSTER), by=by, aws__PrincipalOrgID=(org,)), policy).allowed


def test_accounts_by_name() -> None:
    document = cluster_policy(CLUSTER, [OTHER_ACCOUNT])
    policy = Policies(identity=(FULL_ACCESS,), resource=document)
    assert allowed(policy)
    assert not allowed(policy, by=THIRD)
    assert not allowed(policy, action="kafka:DeleteCluster")
    assert parse_document(document.compact()) == document


def test_one_organization() -> None:
    policy = Policies(identity=(FULL_ACCESS,), resource=cluster_policy(CLUSTER, organization="o-a"))
    assert allowed(policy, by=THIRD)
    assert not allowed(policy, org="o-b")


def test_no_data_is_opened() -> None:
    policy = Policies(identity=(FULL_ACCESS,), resource=cluster_policy(CLUSTER, [OTHER_ACCOUNT]))
    topic = CLUSTER.topic(NamePattern("eu.orders.v1"))
    for action, arn in (("Connect", str(CLUSTER)), ("ReadData", topic), ("WriteData", topic)):
        assert not evaluate(request(f"kafka-cluster:{action}", arn, by=OUTSIDER), policy).allowed


@pytest.mark.parametrize(("accounts", "organization"), [([], None), ([OTHER_ACCOUNT], "o-a")])
def test_neither_and_both_are_refused(accounts: list[str], organization: str | None) -> None:
    with pytest.raises(ValueError, match="names accounts or one organization"):
        cluster_policy(CLUSTER, accounts, organization)
