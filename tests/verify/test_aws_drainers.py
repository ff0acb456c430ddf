"""The roles of services on data streams: each reads those that it drains, and changes none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from levee.plan.planned import Plan
from levee.targets.aws.iam.document import Document
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.verify.answer import Verdict
from tests.support.aws.api import ACCOUNT
from tests.support.aws_account import compliant_account, with_role
from tests.support.aws_logs import ARN, DRAINER, allowed_besides, surprises, unknowns, wrong
from tests.support.aws_stack import PLACE, AwsStack

ELSEWHERE = f"arn:aws:kinesis:{PLACE}:stream/hr"


@pytest.fixture
def plan(aws_files: AwsStack) -> Plan:
    return aws_files.with_logs().plan()


@pytest.fixture
def live(plan: Plan) -> LiveAccount:
    return compliant_account(plan)


@pytest.mark.parametrize("role", ["test-orders-api", DRAINER])
@pytest.mark.parametrize(
    ("action", "resource", "columns"),
    [
        ("kinesis:GetRecords", "*", ["drains"]),
        ("kinesis:GetRecords", f"{ELSEWHERE}-audit", ["drains"]),
        ("kinesis:Get*", f"{ELSEWHERE}-????", ["drains"]),
        ("kinesis:SubscribeToShard", "*", ["drains"]),
        ("kinesis:SubscribeToShard", f"{ELSEWHERE}/consumer/*", ["drains"]),
        ("kinesis:*", f"{ELSEWHERE}-*", ["changes nothing", "drains"]),
        ("kinesis:*", f"arn:aws:kinesis:*:*:*-{ACCOUNT}", ["changes nothing", "drains"]),
        ("kinesis:*", "*", ["changes nothing", "drains"]),
        ("kinesis:PutRecord", ARN, ["changes nothing"]),
        ("kinesis:PutRecords", f"{ELSEWHERE}-audit", ["changes nothing"]),
        ("kinesis:DeleteStream", "*", ["changes nothing"]),
        ("kinesis:ListStreams", "*", []),
        ("kinesis:GetRecords", ARN, ["drains"]),
    ],
)
def test_a_services_role_that_may_do_more_on_data_streams(
    plan: Plan, live: LiveAccount, role: str, action: str, resource: str, columns: list[str]
) -> None:
    found = wrong(plan, allowed_besides(live, role, Action=action, Resource=resource))
    granted = (role, action, resource) == (DRAINER, "kinesis:GetRecords", ARN)
    assert found == surprises(things.ROLE, *([] if granted else columns))


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": ["kinesis:GetRecords", "kinesis:PutRecord"], "NotResource": f"arn:aws:kinesis:{PLACE}:stream/l*"},
        {"NotAction": ["kms:*", "s3:*", "secretsmanager:*", "iam:*"], "Resource": f"{ELSEWHERE}-*"},
    ],
)
def test_a_services_role_that_may_do_all_but_something(
    plan: Plan, live: LiveAccount, statement: dict[str, Any]
) -> None:
    found = wrong(plan, allowed_besides(live, "test-orders-api", **statement))
    assert found == surprises(things.ROLE, "changes nothing", "drains")


@pytest.mark.parametrize(
    "statement",
    [
        {"Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "payments"}}},
        {"NotResource": ["levee*", f"arn:aws:kinesis:{PLACE}:stream/*"]},
    ],
)
def test_more_on_data_streams_of_which_little_is_known_is_unknown(
    plan: Plan, live: LiveAccount, statement: dict[str, Any]
) -> None:
    found = wrong(plan, allowed_besides(live, "test-orders-api", Action="kinesis:GetRecords", **statement))
    assert found == unknowns(things.ROLE, "drains")


def test_a_services_role_that_cant_read_its_data_stream(plan: Plan, live: LiveAccount) -> None:
    assert isinstance(live.roles, Mapping)
    for sid in ("DataStreams", "Key"):
        kept = tuple(each for each in live.roles[DRAINER].inline["levee"].statements if each.sid != sid)
        found = wrong(plan, with_role(live, DRAINER, inline={"levee": Document(kept)}))
        assert found[things.ROLE, "drains"] is Verdict.SURPRISE
    assert wrong(plan, replace(live, keys={}))[things.ROLE, "drains"] is Verdict.UNKNOWN
