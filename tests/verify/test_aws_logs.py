"""What takes a log group's events out of CloudWatch Logs: data stream, delivery role, subscription, and who drains."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from levee.plan.planned import Plan
from levee.targets.aws.iam.document import Document
from levee.targets.aws.iam.parsing import parse_document
from levee.targets.aws.iam.trust_policy import trust_policy
from levee_infra.targets.aws.live import Unread, read_policy
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.targets.aws.proof.prove import judge_account
from levee_infra.verify.account_tables import account_sections
from levee_infra.verify.answer import Verdict
from tests.support.aws.api import ACCOUNT, REGION
from tests.support.aws_account import (
    KEY,
    compliant_account,
    joined,
    with_data_stream,
    with_key,
    with_role,
    with_subscription,
)
from tests.support.aws_logs import ARN, STREAM, allowed_besides, allowing, surprises, unknowns, wrong
from tests.support.aws_stack import LOG_GROUP, OTHER_ACCOUNT, PLACE, AwsStack
from tests.support.golden import assert_golden

DELIVERY = f"{STREAM}-delivery"
OTHER_KEY = KEY.replace("1234abcd", "9999abcd")
GROUP = f"arn:aws:logs:{PLACE}:log-group:{LOG_GROUP}"


@pytest.fixture
def plan(aws_files: AwsStack) -> Plan:
    return aws_files.with_logs().plan()


@pytest.fixture
def live(plan: Plan) -> LiveAccount:
    return compliant_account(plan)


def trusting(live: LiveAccount, trust: Document) -> LiveAccount:
    return with_role(live, DELIVERY, trust=trust)


def test_as_declared_it_is_proved_and_shown(plan: Plan, live: LiveAccount) -> None:
    assert wrong(plan, live) == {}
    new = {things.DATA_STREAM, things.DELIVERY, things.SUBSCRIPTION}
    outcomes = [each for each in judge_account(plan, live) if each.check.thing in new]
    rows = [f"{each.check.thing} {each.name} {each.check.text}: {each.found}\n" for each in outcomes]
    assert_golden(Path(__file__).parent / "golden" / "logs.txt", "".join([*account_sections(outcomes), *rows]))


def test_without_log_groups_nothing_is_claimed_of_them(aws_files: AwsStack) -> None:
    plan = aws_files.plan()
    columns = {(each.check.thing, each.check.column) for each in judge_account(plan, compliant_account(plan))}
    assert (things.ROLE, "drains") not in columns
    assert not {thing for thing, _ in columns} & {things.DATA_STREAM, things.DELIVERY, things.SUBSCRIPTION}


# Data streams


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ({"StreamStatus": "CREATING"}, ["is on"]),
        ({"StreamStatus": "UPDATING"}, []),
        ({"StreamARN": ARN.replace(ACCOUNT, OTHER_ACCOUNT)}, ["is on"]),
        ({"StreamARN": ARN.replace(REGION, "us-east-1")}, ["is on"]),
        ({"EncryptionType": "NONE"}, ["encrypted"]),
        ({"KeyId": OTHER_KEY}, ["encrypted"]),
        ({"KeyId": "alias/aws/kinesis"}, ["encrypted"]),
        ({"KeyId": KEY.rpartition("/")[2]}, []),
        ({"RetentionPeriodHours": 167}, ["kept"]),
        ({"RetentionPeriodHours": None}, ["kept"]),
        ({"RetentionPeriodHours": 169}, []),
        ({"consumers": ("siem",)}, ["no consumers"]),
    ],
)
def test_a_data_stream_that_is_otherwise(
    plan: Plan, live: LiveAccount, changes: dict[str, Any], columns: list[str]
) -> None:
    assert wrong(plan, with_data_stream(live, STREAM, **changes)) == surprises(things.DATA_STREAM, *columns)


@pytest.mark.parametrize(
    ("principal", "condition", "verdict"),
    [
        ({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}, {}, Verdict.SURPRISE),
        ("*", {}, Verdict.SURPRISE),
        ("*", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, None),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, Verdict.UNKNOWN),
        ({"Federated": "cognito-identity.amazonaws.com"}, {}, Verdict.UNKNOWN),
    ],
)
def test_a_data_stream_that_outsiders_read(
    plan: Plan, live: LiveAccount, principal: Any, condition: dict[str, Any], verdict: Verdict | None
) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "kinesis:GetRecords", "Resource": "*"}
    document = {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Condition": condition} if condition else statement],
    }
    found = wrong(plan, with_data_stream(live, STREAM, policy=read_policy(json.dumps(document), of_resource=True)))
    assert found.get((things.DATA_STREAM, "no outsiders")) == verdict


def test_a_data_stream_that_is_gone_or_not_told(plan: Plan, live: LiveAccount) -> None:
    assert wrong(plan, replace(live, data_streams={})) == surprises(things.DATA_STREAM, "is there")
    unread = replace(live, data_streams={STREAM: Unread("denied")})
    found = wrong(plan, unread)
    assert found.pop((things.DATA_STREAM, "is there")) is Verdict.UNKNOWN
    assert set(found.values()) == {Verdict.UNKNOWN}  # its own policy may deny what the roles' allow
    assert wrong(plan, with_data_stream(live, STREAM, consumers=Unread("denied"))) == unknowns(
        things.DATA_STREAM, "no consumers"
    )
    unread = with_data_stream(live, STREAM, policy=Unread("denied"))
    assert wrong(plan, unread)[things.DATA_STREAM, "no outsiders"] is Verdict.UNKNOWN
    assert wrong(plan, unread)[things.DELIVERY, "delivers"] is Verdict.UNKNOWN


# Delivery roles


@pytest.mark.parametrize(
    ("action", "resource", "column"),
    [
        ("kinesis:PutRecord", "*", "nothing else"),
        ("kinesis:PutRecord", f"{ARN}*", "nothing else"),
        ("kinesis:PutRecords", ARN.replace("orders", "payments"), "nothing else"),
        ("kinesis:*", ARN, "nothing else"),
        ("kinesis:GetRecords", ARN, "nothing else"),
        ("kinesis:UpdateShardCount", ARN, "nothing else"),
        ("kms:GenerateDataKey", "*", "nothing else"),
        ("kms:GenerateDataKey", OTHER_KEY, "nothing else"),
        ("kms:Decrypt", KEY, "nothing else"),
        ("secretsmanager:GetSecretValue", "*", "nothing else"),
        ("dynamodb:PutItem", f"arn:aws:dynamodb:{PLACE}:table/orders", "nothing else"),
        ("KMS:Decrypt", OTHER_KEY, "nothing else"),
        ("kinesis:PutRecord", ARN, None),
    ],
)
def test_a_delivery_role_that_may_do_more(
    plan: Plan, live: LiveAccount, action: str, resource: str, column: str | None
) -> None:
    found = wrong(plan, allowed_besides(live, DELIVERY, Action=action, Resource=resource))
    assert found == surprises(things.DELIVERY, *([column] if column else []))


@pytest.mark.parametrize(
    "statement",
    [
        {"NotAction": "iam:*", "Resource": "*"},
        {"NotAction": ["iam:*", "kms:*", "kinesis:*", "secretsmanager:*", "s3:*"], "Resource": "*"},
        {"Action": "kinesis:PutRecord", "NotResource": ARN.replace("orders", "payments")},
        {"Action": "dynamodb:*", "NotResource": f"arn:aws:dynamodb:{PLACE}:table/x"},
        {"Action": "kms:Encrypt", "NotResource": KEY},
        {"NotAction": "iam:*", "NotResource": ARN},
    ],
)
def test_a_delivery_role_that_may_do_all_but_something(
    plan: Plan, live: LiveAccount, statement: dict[str, Any]
) -> None:
    found = wrong(plan, allowed_besides(live, DELIVERY, **statement))
    assert found == surprises(things.DELIVERY, "nothing else")


@pytest.mark.parametrize(
    "statement",
    [
        {"NotAction": "*", "Resource": "*"},
        {"Action": "dynamodb:PutItem", "NotResource": ["levee*", "arn:aws:dynamodb:*"]},
        {"Action": "dynamodb:PutItem", "NotResource": f"arn:aws:dynamodb:{PLACE}:table/${{aws:username}}"},
    ],
)
def test_all_but_what_levee_has_no_example_of_is_unknown(
    plan: Plan, live: LiveAccount, statement: dict[str, Any]
) -> None:
    assert wrong(plan, allowed_besides(live, DELIVERY, **statement)) == unknowns(things.DELIVERY, "nothing else")


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:AssumeRole*", "STS:assumerole"])
@pytest.mark.parametrize("role", [f"arn:aws:iam::{OTHER_ACCOUNT}:role/admin", "*"])
def test_whether_a_delivery_role_may_take_on_another_is_unknown(
    plan: Plan, live: LiveAccount, action: str, role: str
) -> None:
    """The other role's trust has a say, and isn't read."""
    found = wrong(plan, allowed_besides(live, DELIVERY, Action=action, Resource=role))
    assert found == unknowns(things.DELIVERY, "nothing else")


@pytest.mark.parametrize(
    ("action", "resource", "key", "value"),
    [
        ("dynamodb:PutItem", "*", "aws:PrincipalTag/team", "payments"),
        ("kms:Decrypt", KEY, "kms:ViaService", f"secretsmanager.{REGION}.amazonaws.com"),
        ("kms:Decrypt", KEY, "kms:viaservice", f"secretsmanager.{REGION}.amazonaws.com"),
        ("kms:Decrypt", KEY, "kms:CallerAccount", OTHER_ACCOUNT),
        ("kms:*", "*", "kms:ViaService", f"s3.{REGION}.amazonaws.com"),
    ],
)
def test_more_on_a_condition_that_nobody_knows_of_is_unknown(
    plan: Plan, live: LiveAccount, action: str, resource: str, key: str, value: str
) -> None:
    condition = {"StringEquals": {key: value}}
    more = allowed_besides(live, DELIVERY, Action=action, Resource=resource, Condition=condition)
    assert wrong(plan, more) == unknowns(things.DELIVERY, "nothing else")


def test_a_delivery_role_that_cant_deliver(plan: Plan, live: LiveAccount) -> None:
    nothing = allowing(Action="kinesis:PutRecord", Resource=ARN)
    assert wrong(plan, with_role(live, DELIVERY, inline={"levee": nothing})) == surprises(things.DELIVERY, "delivers")
    assert isinstance(live.roles, Mapping)
    open_to_none = with_key(
        live, str(plan.secrets.key), policy=parse_document({"Version": "2012-10-17", "Statement": []})
    )
    assert wrong(plan, open_to_none)[things.DELIVERY, "delivers"] is Verdict.SURPRISE
    assert wrong(plan, replace(live, keys={}))[things.DELIVERY, "delivers"] is Verdict.UNKNOWN


def test_a_delivery_role_with_other_policies(plan: Plan, live: LiveAccount) -> None:
    attached = with_role(live, DELIVERY, attached=("arn:aws:iam::aws:policy/AmazonKinesisFullAccess",))
    assert wrong(plan, attached) == {
        (things.DELIVERY, "one policy"): Verdict.SURPRISE,
        (things.DELIVERY, "delivers"): Verdict.UNKNOWN,
        (things.DELIVERY, "nothing else"): Verdict.UNKNOWN,
    }
    assert isinstance(live.roles, Mapping)
    inline = {**live.roles[DELIVERY].inline, "more": allowing(Action="kinesis:PutRecord", Resource=ARN)}
    assert wrong(plan, with_role(live, DELIVERY, inline=inline)) == surprises(things.DELIVERY, "one policy")


TRUSTED = {"Action": "sts:AssumeRole", "Principal": {"Service": "logs.amazonaws.com"}}


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"StringEquals": {"aws:SourceAccount": OTHER_ACCOUNT}, "ArnLike": {"aws:SourceArn": f"{GROUP}:*"}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": f"{GROUP}*"}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{PLACE}:*"}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": f"{GROUP}-other:*"}},
        {"ArnLike": {"aws:SourceArn": f"{GROUP}:*".replace(ACCOUNT, "*")}},
    ],
)
def test_a_delivery_role_that_is_taken_on_for_others(
    plan: Plan, live: LiveAccount, condition: dict[str, dict[str, str]]
) -> None:
    statement = {**TRUSTED, "Condition": condition} if condition else TRUSTED
    assert wrong(plan, trusting(live, allowing(**statement))) == surprises(things.DELIVERY, "taken on")


def test_a_delivery_role_that_somebody_else_takes_on(plan: Plan, live: LiveAccount) -> None:
    assert isinstance(live.roles, Mapping)
    own = live.roles[DELIVERY].trust
    for principal in ({"AWS": OTHER_ACCOUNT}, {"AWS": ACCOUNT}, {"Service": "lambda.amazonaws.com"}):
        other = allowing(Action="sts:AssumeRole", Principal=principal)
        assert wrong(plan, trusting(live, joined(own, other))) == surprises(things.DELIVERY, "taken on")


def test_a_trust_that_the_stream_declares_is_what_is_proved(aws_files: AwsStack) -> None:
    pattern = f"arn:aws:logs:{PLACE}:log-group:/ecs/*"
    trust = f', trust: {{source_account: "{ACCOUNT}", source_arn: "{pattern}"}}'
    plan = aws_files.with_logs(trust).plan()
    live = compliant_account(plan)
    assert wrong(plan, live) == surprises(things.DELIVERY, "taken on")  # it is for one log group only
    assert wrong(plan, trusting(live, trust_policy("logs.amazonaws.com", ACCOUNT, pattern))) == {}
    wider = trust_policy("logs.amazonaws.com", ACCOUNT, f"arn:aws:logs:{PLACE}:*")
    assert wrong(plan, trusting(live, wider)) == surprises(things.DELIVERY, "taken on")


def test_a_delivery_role_that_is_gone_or_elsewhere_or_not_told(plan: Plan, live: LiveAccount) -> None:
    assert isinstance(live.roles, Mapping)
    gone = replace(live, roles={name: role for name, role in live.roles.items() if name != DELIVERY})
    assert wrong(plan, gone) == surprises(things.DELIVERY, "is there")
    moved = with_role(live, DELIVERY, arn=live.roles[DELIVERY].arn.replace("/levee/", "/"))
    assert wrong(plan, moved) == surprises(things.DELIVERY, "is there")
    assert wrong(plan, replace(live, roles=Unread("denied")))[things.DELIVERY, "is there"] is Verdict.UNKNOWN


# Subscriptions


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"filterPattern": "ERROR"}, "events"),
        ({"fieldSelectionCriteria": '@aws.region = "eu-west-1"'}, "events"),
        ({"applyOnTransformedLogs": True}, "events"),
        ({"emitSystemFields": ["@aws.account"]}, "events"),
        ({"fieldSelectionCriteria": "", "applyOnTransformedLogs": False, "emitSystemFields": []}, None),
        ({"destinationArn": ARN.replace("orders", "payments")}, "destination"),
        ({"destinationArn": f"arn:aws:logs:{REGION}:{OTHER_ACCOUNT}:destination:all"}, "destination"),
        ({"roleArn": f"arn:aws:iam::{ACCOUNT}:role/levee/test-orders-api"}, "role"),
        ({"roleArn": None}, "role"),
        ({"distribution": "Random"}, "in order"),
        ({"distribution": None}, None),
        ({"filterName": "another"}, "is there"),
    ],
)
def test_a_subscription_that_is_otherwise(
    plan: Plan, live: LiveAccount, changes: dict[str, Any], column: str | None
) -> None:
    found = wrong(plan, with_subscription(live, LOG_GROUP, **changes))
    assert found == surprises(things.SUBSCRIPTION, *([column] if column else []))


def test_a_subscription_by_a_pattern(aws_files: AwsStack) -> None:
    plan = aws_files.with_logs(", log_pattern: ERROR").plan()
    live = compliant_account(plan)
    assert wrong(plan, live) == {}
    everything = with_subscription(live, LOG_GROUP, filterPattern="")
    assert wrong(plan, everything) == surprises(things.SUBSCRIPTION, "events")


def test_a_log_group_that_is_gone_or_not_told(plan: Plan, live: LiveAccount) -> None:
    assert wrong(plan, replace(live, subscriptions={})) == surprises(things.SUBSCRIPTION, "is there")
    assert wrong(plan, replace(live, subscriptions={LOG_GROUP: []})) == surprises(things.SUBSCRIPTION, "is there")
    unread = replace(live, subscriptions={LOG_GROUP: Unread("denied")})
    assert wrong(plan, unread) == unknowns(things.SUBSCRIPTION, "is there")
