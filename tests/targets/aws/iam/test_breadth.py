"""What a policy lets in beyond what it is for."""

from __future__ import annotations

from typing import Any

import pytest

from levee.targets.aws.iam.breadth import Insider, openings, sources
from levee.targets.aws.iam.cluster_policy import cluster_policy
from levee.targets.aws.iam.key_policy import key_policy
from levee.targets.aws.iam.parsing import parse_document
from levee.targets.aws.iam.trust_policy import trust_policy
from tests.support.aws_request import ACCOUNT, CLUSTER, OTHER_ACCOUNT

PLACE = f"eu-west-1:{ACCOUNT}"
ARN = f"arn:aws:logs:{PLACE}:log-group:/ecs/payments:*"
INSIDER = Insider(account=ACCOUNT, region="eu-west-1")
OWNER = Insider(account=ACCOUNT, region="eu-west-1", accounts=(OTHER_ACCOUNT,), whole_accounts=True)


def found(insider: Insider = INSIDER, **fields: Any) -> list[str]:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "logs.amazonaws.com"}}
    return list(openings(parse_document({"Version": "2012-10-17", "Statement": [statement | fields]}), insider))


def conditions(account: Any = ACCOUNT, arn: Any = ARN, **more: Any) -> dict[str, Any]:
    return {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"AWS:sourcearn": arn}, **more}


def test_what_levee_writes_lets_in_no_more() -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    assert list(openings(trust_policy("logs.amazonaws.com", ACCOUNT, ARN), INSIDER)) == []
    assert list(openings(key_policy(ACCOUNT, "eu-west-1", [root], [root], grants=True), OWNER)) == []
    assert list(openings(cluster_policy(CLUSTER, [OTHER_ACCOUNT]), OWNER)) == []
    assert list(openings(cluster_policy(CLUSTER, organization="o-a1b2c3d4e5"), OWNER)) == []
    assert sources(trust_policy("logs.amazonaws.com", ACCOUNT, ARN)) == {ARN}


@pytest.mark.parametrize("operator", ["ArnLike", "ArnEquals", "StringEquals"])
def test_operators_that_bind(operator: str) -> None:
    binding = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    binding[operator] = {**binding.get(operator, {}), "aws:SourceArn": ARN}
    assert found(Condition=binding) == []


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"ArnLike": {"aws:SourceArn": ARN}},
        {"StringLike": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": ARN}},
        {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": ARN}},
        {"ForAllValues:StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": ARN}},
        {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": ARN}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLikeIfExists": {"aws:SourceArn": ARN}},
        conditions(account="*"),
        conditions(account=[ACCOUNT, OTHER_ACCOUNT]),
        conditions(arn="*"),
        conditions(arn="arn:*"),
        conditions(arn=[ARN, ARN.replace("eu-west-1", "us-east-1")]),
        conditions(arn=ARN.replace("eu-west-1", "*")),
        conditions(arn=ARN.replace(ACCOUNT, "*")),
        conditions(arn=ARN.replace(ACCOUNT, OTHER_ACCOUNT)),
        conditions(arn=ARN.replace("logs", "*", 1)),
        conditions(arn=ARN.replace("arn:aws:", "arn:*:")),
    ],
)
def test_a_service_that_may_act_for_more(condition: dict[str, Any]) -> None:
    assert len(found(Condition=condition)) == 1


@pytest.mark.parametrize(
    ("principal", "condition", "insider", "expected"),
    [
        ("*", {}, OWNER, "anyone"),
        ({"AWS": "*"}, {"StringLike": {"aws:PrincipalOrgID": "o-*"}}, OWNER, "anyone"),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "*"}}, OWNER, "anyone"),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5", "*"]}}, OWNER, "anyone"),
        ("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, OWNER, "anyone"),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, OWNER, None),
        ("*", {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT, OTHER_ACCOUNT]}}, OWNER, None),
        ("*", {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT, "999999999999"]}}, OWNER, "anyone"),
        ({"Service": "*"}, conditions(), OWNER, "every service"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {}, OWNER, None),
        ({"AWS": ACCOUNT}, {}, OWNER, None),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {}, INSIDER, "all of account"),
        ({"AWS": ACCOUNT}, {}, INSIDER, "all of account"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/x"}, {}, INSIDER, None),
        ({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:role/x"}, {}, INSIDER, OTHER_ACCOUNT),
        ({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:role/x"}, {}, OWNER, None),
        ({"AWS": "AIDACKCEVSQ6C2EXAMPLE"}, {}, OWNER, "AIDA"),
    ],
)
def test_identities(principal: Any, condition: Any, insider: Insider, expected: str | None) -> None:
    reasons = found(insider, Principal=principal, Condition=condition)
    assert [expected in reason for reason in reasons if expected] == ([True] if expected else [])
    assert bool(reasons) == (expected is not None)


def test_a_deny_lets_nobody_in_and_not_action_lets_in_much() -> None:
    assert found(Effect="Deny", Principal="*") == []
    statement = {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*", "Principal": {"AWS": ACCOUNT}, "Sid": "All"}
    document = parse_document({"Version": "2012-10-17", "Statement": [statement]})
    assert list(openings(document, OWNER)) == ["statement All allows all but what it lists"]
