"""What an account's guardrails keep and what they leave open, by the evaluator."""

from __future__ import annotations

from typing import Any

import pytest

from levee.catalog.global_service import GLOBAL_SERVICES
from levee.targets.aws.iam.document import EVERYONE, PolicyTooLarge, Principal
from levee.targets.aws.iam.evaluate import FULL_ACCESS, Decision, Outcome, Policies, evaluate
from levee.targets.aws.iam.guardrails import Kind, Limits, guardrails
from levee.targets.aws.iam.parsing import parse_document
from levee.targets.aws.iam.perimeter import Insiders
from levee.targets.aws.iam.request import service
from tests.support.aws_request import (
    ACCOUNT,
    CLUSTER,
    KEY,
    OTHER_ACCOUNT,
    OUTSIDER,
    REGION,
    ROLE,
    SECRET,
    request,
)

OBJECT = "arn:aws:s3:::archive/orders/1"
TRUSTED = "arn:aws:iam::999999999999:role/trusted"


def policies(closed: tuple[str, ...] = (), organization: str | None = None) -> Policies:
    """An administrator's, in an account with these guardrails, asking of a resource that is open to the world."""
    limits = Limits(region=REGION, insiders=Insiders((ACCOUNT, "999999999999"), organization), closed=frozenset(closed))
    by_kind = {kind: [FULL_ACCESS, *(each.document for each in guardrails(limits, [kind]))] for kind in Kind}
    opened = parse_document(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}
    )
    return Policies(identity=(FULL_ACCESS,), resource=opened, scps=by_kind[Kind.SCP], rcps=by_kind[Kind.RCP])


OTHER_REGION = Decision(Outcome.DENIED_EXPLICITLY, "DenyOtherRegions")


@pytest.mark.parametrize(
    "action", ["kafka:CreateCluster", "s3:CreateBucket", "logs:CreateLogGroup", "ec2:RunInstances"]
)
def test_calls_go_to_the_region_only(action: str) -> None:
    assert evaluate(request(action, "*"), policies()).allowed
    assert evaluate(request(action, "*", region="us-east-1"), policies()) == OTHER_REGION
    assert evaluate(request(action, "*", region="eu-central-1"), policies()) == OTHER_REGION


@pytest.mark.parametrize("name", sorted(GLOBAL_SERVICES))
def test_global_services_work_and_can_be_closed(name: str) -> None:
    for pattern in GLOBAL_SERVICES[name].actions:
        asked = request(pattern.replace("*", "Anything"), "*", region="us-east-1")
        assert evaluate(asked, policies()).allowed
        assert evaluate(asked, policies(closed=(name,))) == OTHER_REGION


def test_kms_is_a_hole_until_it_is_closed() -> None:
    replica = request("kms:ReplicateKey", KEY.replace(REGION, "us-east-1"), region="us-east-1")
    assert evaluate(replica, policies()).allowed
    assert evaluate(replica, policies(closed=("kms",))) == OTHER_REGION
    assert evaluate(request("kms:ReplicateKey", KEY), policies(closed=("kms",))).allowed


PROTECTED = [
    ("s3:GetObject", OBJECT),
    ("kms:Decrypt", KEY),
    ("secretsmanager:GetSecretValue", SECRET),
    ("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue"),
    ("logs:GetLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:orders"),
    ("firehose:PutRecord", f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/orders"),
    ("sts:AssumeRole", ROLE),
]


@pytest.mark.parametrize(("action", "resource"), PROTECTED)
def test_outsiders_and_plain_http_are_kept_out(action: str, resource: str) -> None:
    def asked(**fields: Any) -> str:
        decision = evaluate(request(action, resource, **fields), policies())
        return decision.by if decision.outcome is Outcome.DENIED_EXPLICITLY else decision.outcome

    aws = service("delivery.logs.amazonaws.com")
    assert asked() == "allowed"
    assert asked(by=TRUSTED) == "allowed"
    assert asked(by=OUTSIDER) == "DenyOtherPrincipals"
    assert asked(aws__SecureTransport=("false",)) == "DenyPlainHttp"
    assert asked(by=aws, aws__SourceAccount=(ACCOUNT,)) == "allowed"
    assert asked(by=aws, aws__SourceAccount=(OTHER_ACCOUNT,)) == "DenyErrandsOfOthers"
    assert asked(by=aws) == "allowed"


@pytest.mark.parametrize(("organization", "stranger_belongs"), [("o-a1b2c3d4e5", True), ("o-other00000", False)])
def test_an_organization_and_the_trusted_accounts_belong(organization: str, *, stranger_belongs: bool) -> None:
    found = policies(organization="o-a1b2c3d4e5")
    aws = service("delivery.logs.amazonaws.com")

    def allowed(by: str | Principal, source: str = ACCOUNT) -> bool:
        keys: Any = {"aws__PrincipalOrgID": (organization,), "aws__SourceOrgID": (organization,)}
        asked = request("s3:GetObject", OBJECT, by=by, aws__SourceAccount=(source,), **keys)
        return evaluate(asked, found).allowed

    assert allowed(OUTSIDER) == stranger_belongs
    assert allowed(TRUSTED)
    assert allowed(aws, OTHER_ACCOUNT) == stranger_belongs
    assert allowed(aws, "999999999999")
    assert not evaluate(request("s3:GetObject", OBJECT, by=EVERYONE), found).allowed


def test_no_rcp_speaks_of_a_service_that_rcps_do_not_reach() -> None:
    (rcp,) = guardrails(Limits(region=REGION, insiders=Insiders((ACCOUNT,))), [Kind.RCP])
    actions = {action for statement in rcp.document.statements for action in statement.actions}
    assert not any(action == "*" or action.startswith("kafka") for action in actions)
    # The grammar of RCPs: no Allow of one's own, and a principal that is everyone.
    assert all(each["Effect"] == "Deny" and each["Principal"] == "*" for each in rcp.document.plain()["Statement"])  # type: ignore[call-overload,index]
    assert evaluate(request("kafka:DescribeCluster", str(CLUSTER), by=OUTSIDER), policies()).allowed


def test_each_is_what_aws_takes_and_reads_back() -> None:
    for each in guardrails(Limits(region=REGION, insiders=Insiders((ACCOUNT,)))):
        assert len(each.document.pretty()) < each.kind.limit
        assert parse_document(each.document.pretty()) == each.document


def test_too_many_accounts_are_refused_with_the_size() -> None:
    crowd = tuple(f"{number:012}" for number in range(200))
    with pytest.raises(PolicyTooLarge, match=r"rcp-perimeter has .* more than AWS takes \(5,120\)"):
        guardrails(Limits(region=REGION, insiders=Insiders(crowd)))
