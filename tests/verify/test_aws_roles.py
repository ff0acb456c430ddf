"""Each service reads its own secrets, and that is all: decided on its live role."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from levee.plan.planned import Plan
from levee.targets.aws.iam.document import Document, Effect, Statement
from levee.targets.aws.iam.parsing import parse_document
from levee.targets.aws.names import role_arn, secret_name
from levee_infra.targets.aws.kinds.secret.live import LiveSecret
from levee_infra.targets.aws.live import UNKNOWN_POLICY, Unread, read_policy
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.targets.aws.proof.prove import judge_account
from levee_infra.verify.account import AccountResult
from levee_infra.verify.answer import Verdict
from tests.support.aws.api import ACCOUNT, REGION
from tests.support.aws_account import KEY, compliant_account, joined, with_bucket, with_role, with_secret
from tests.support.aws_stack import OTHER_ACCOUNT, AwsStack

ROLE = "test-orders-api"
CLUSTER = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-12ab-34cd-56ef-1234567890ab-2"
SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:AmazonMSK_levee/test/"


def wrong(outcomes: Iterable[AccountResult]) -> dict[str, Verdict]:
    """What isn't as declared, by the claim's column."""
    return {each.check.column: each.verdict for each in outcomes if each.verdict is not Verdict.AS_DECLARED}


def roles(plan: Plan, live: LiveAccount) -> list[AccountResult]:
    return [each for each in judge_account(plan, live) if each.check.thing is things.ROLE]


def more(live: LiveAccount, actions: str | list[str], resource: str, **condition: Any) -> LiveAccount:
    """The account in which the role may do more."""
    assert isinstance(live.roles, Mapping)
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource, **condition}
    added = parse_document({"Version": "2012-10-17", "Statement": statement})
    return with_role(live, ROLE, inline={"levee": joined(live.roles[ROLE].inline["levee"], added)})


def trusting(live: LiveAccount, **statement: Any) -> LiveAccount:
    """The account in which the role's trust says more."""
    assert isinstance(live.roles, Mapping)
    added = {"Effect": "Allow", "Action": "sts:AssumeRole", **statement}
    document = parse_document({"Version": "2012-10-17", "Statement": added})
    return with_role(live, ROLE, trust=joined(live.roles[ROLE].trust, document))


@pytest.fixture
def plan(aws_files: AwsStack) -> Plan:
    return aws_files.plan()


@pytest.fixture
def on_msk(aws_files: AwsStack) -> Plan:
    return aws_files.in_aws(f"cluster_arn: {CLUSTER}").plan()


def test_an_account_as_declared_is_proved(plan: Plan, on_msk: Plan) -> None:
    for each in (plan, on_msk):
        assert wrong(judge_account(each, compliant_account(each))) == {}
    checked = {outcome.check.thing for outcome in judge_account(on_msk, compliant_account(on_msk))}
    assert checked == set(things.ALL) - {things.DATA_STREAM, things.DELIVERY, things.SUBSCRIPTION}
    columns = {each.check.column for each in roles(on_msk, compliant_account(on_msk))}
    assert columns == {
        *("is there", "one policy", "reads own", "reads no other", "changes nothing", "topics", "taken on")
    }


def test_a_role_that_is_missing_or_lies_elsewhere(plan: Plan) -> None:
    live = compliant_account(plan)
    assert isinstance(live.roles, Mapping)
    gone = replace(live, roles={name: role for name, role in live.roles.items() if name != ROLE})
    assert wrong(roles(plan, gone)) == {"is there": Verdict.SURPRISE}
    moved = with_role(live, ROLE, arn=live.roles[ROLE].arn.replace("/levee/", "/"))
    assert wrong(roles(plan, moved)) == {"is there": Verdict.SURPRISE}


@pytest.mark.parametrize(
    ("actions", "resource", "expected"),
    [
        ("secretsmanager:GetSecretValue", SECRETS + "detection-engine.g1-??????", {"reads no other"}),
        ("secretsmanager:*", SECRETS + "detection-engine.g1-??????", {"reads no other", "changes nothing"}),
        ("secretsmanager:GetSecretValue", SECRETS + "*", {"reads no other"}),
        ("secretsmanager:GetSecretValue", "*", {"reads no other"}),
        ("secretsmanager:PutSecretValue", SECRETS + "orders-api.g1-??????", {"changes nothing"}),
        ("secretsmanager:DeleteSecret", "*", {"changes nothing"}),
        ("secretsmanager:PutSecretValue", SECRETS + "detection-engine.g1-??????", {"changes nothing"}),
        ("kinesis:DeleteStream", "*", {"changes nothing"}),
        ("kms:Decrypt", KEY, set()),  # the key's own policy refuses it
        ("kms:ScheduleKeyDeletion", "*", {"changes nothing"}),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/levee/*", {"changes nothing"}),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/levee/test-siem-shipper", {"changes nothing"}),
        ("s3:DeleteObjectVersion", "arn:aws:s3:::levee-test-orders/*", {"changes nothing"}),
        ("s3:PutBucketPolicy", "*", {"changes nothing"}),
        ("*", "*", {"reads no other", "changes nothing"}),
        ("logs:PutLogEvents", "*", set()),
    ],
)
def test_a_role_that_may_do_more(plan: Plan, actions: str, resource: str, expected: set[str]) -> None:
    found = wrong(roles(plan, more(compliant_account(plan), actions, resource)))
    assert found == dict.fromkeys(expected, Verdict.SURPRISE)


@pytest.mark.parametrize(
    ("action", "column"),
    [
        ("secretsmanager:GetSecretValue", "reads no other"),
        ("s3:DeleteObjectVersion", "changes nothing"),
        ("kms:ScheduleKeyDeletion", "changes nothing"),
        ("iam:PutRolePolicy", "changes nothing"),
        ("kafka-cluster:WriteData", "topics"),
    ],
)
@pytest.mark.parametrize(
    "condition",
    [
        {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
        {"StringEquals": {"aws:PrincipalTag/team": "payments"}},
    ],
)
def test_what_hangs_on_something_unknown_is_unknown(
    on_msk: Plan, action: str, column: str, condition: dict[str, dict[str, str]]
) -> None:
    live = more(compliant_account(on_msk), action, "*", Condition=condition)
    assert wrong(roles(on_msk, live)) == {column: Verdict.UNKNOWN}


def test_a_role_that_may_not_read_what_is_its_own(plan: Plan) -> None:
    live = with_role(compliant_account(plan), ROLE, inline={"levee": Document(())})
    assert wrong(roles(plan, live)) == {"reads own": Verdict.SURPRISE}


def test_a_policy_of_somebody_elses_makes_much_unknown(plan: Plan) -> None:
    live = compliant_account(plan)
    attached = with_role(live, ROLE, attached=("arn:aws:iam::aws:policy/ReadOnlyAccess",))
    assert wrong(roles(plan, attached)) == {
        "one policy": Verdict.SURPRISE,
        **dict.fromkeys(("reads own", "reads no other", "changes nothing"), Verdict.UNKNOWN),
    }
    bounded = with_role(live, ROLE, boundary=f"arn:aws:iam::{ACCOUNT}:policy/boundary")
    assert wrong(roles(plan, bounded)) == {"reads own": Verdict.UNKNOWN}
    second = with_role(live, ROLE, inline={**inline_of(live), "more": Document(())})
    assert wrong(roles(plan, second)) == {"one policy": Verdict.SURPRISE}
    unread = with_role(live, ROLE, inline={"levee": UNKNOWN_POLICY})
    assert set(wrong(roles(plan, unread)).values()) == {Verdict.UNKNOWN}


def inline_of(live: LiveAccount) -> Mapping[str, Document]:
    assert isinstance(live.roles, Mapping)
    return live.roles[ROLE].inline


def test_a_secrets_own_policy_may_let_another_role_read_it(plan: Plan) -> None:
    reader = next(each for each in plan.credentials if each.service == "orders-api")
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": role_arn(plan, reader)},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        },
    }
    name = secret_name(plan, "siem-shipper.g1")
    live = with_secret(compliant_account(plan), name, policy=read_policy(policy, of_resource=True))
    assert wrong(roles(plan, live)) == {"reads no other": Verdict.SURPRISE}


def test_an_archives_own_policy_may_let_a_role_write_there(plan: Plan) -> None:
    account = {"AWS": role_arn(plan, next(each for each in plan.credentials if each.service == "orders-api"))}
    statement = {"Effect": "Allow", "Principal": account, "Action": "s3:PutObject", "Resource": "*"}
    answer = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    live = with_bucket(compliant_account(plan), plan.archives[0], get_bucket_policy=answer)
    assert wrong(roles(plan, live)) == {"changes nothing": Verdict.SURPRISE}


def test_a_secret_of_an_old_generation_is_nobodys(plan: Plan) -> None:
    live = compliant_account(plan)
    assert isinstance(live.secrets, Mapping)
    old = LiveSecret(f"{SECRETS}orders-api.g0-a1B2c3", KEY)
    live = replace(live, secrets={**live.secrets, "AmazonMSK_levee/test/orders-api.g0": old})
    assert wrong(roles(plan, live)) == {}
    assert wrong(roles(plan, more(live, "secretsmanager:GetSecretValue", old.arn))) == {
        "reads no other": Verdict.SURPRISE
    }


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ReadData", "topic/logs/ID/eu.orders.audit.v1"),
        ("WriteData", "topic/logs/ID/levee-probe"),
        ("*", "topic/logs/ID/*"),
        ("AlterGroup", "group/logs/ID/*"),
        ("AlterCluster", "cluster/logs/ID"),
    ],
)
def test_a_writer_that_may_do_more_on_the_cluster(on_msk: Plan, action: str, resource: str) -> None:
    arn = f"arn:aws:kafka:{REGION}:{ACCOUNT}:{resource.replace('ID', CLUSTER.rpartition('/')[2])}"
    live = more(compliant_account(on_msk), f"kafka-cluster:{action}", arn)
    assert wrong(roles(on_msk, live)) == {"topics": Verdict.SURPRISE}


def test_a_writer_that_may_no_longer_write(on_msk: Plan) -> None:
    live = compliant_account(on_msk)
    deny = Statement(effect=Effect.DENY, actions=("kafka-cluster:WriteData",), resources=("*",))
    cut = with_role(live, ROLE, inline={"levee": joined(inline_of(live)["levee"], Document((deny,)))})
    assert wrong(roles(on_msk, cut)) == {"topics": Verdict.SURPRISE}


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": {"Service": "ecs-tasks.amazonaws.com"}},
        {
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Condition": {"StringLike": {"aws:SourceAccount": "*"}},
        },
        {"Principal": {"Service": "lambda.amazonaws.com"}},
        {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}},
        {"Principal": {"AWS": OTHER_ACCOUNT}},
        {"Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:role/somebody"}},
        {"Principal": "*"},
    ],
)
def test_a_role_that_others_may_take_on(plan: Plan, statement: dict[str, Any]) -> None:
    assert wrong(roles(plan, trusting(compliant_account(plan), **statement))) == {"taken on": Verdict.SURPRISE}


def test_a_role_that_its_service_may_not_take_on(plan: Plan) -> None:
    live = with_role(compliant_account(plan), ROLE, trust=Document(()))
    assert wrong(roles(plan, live)) == {"taken on": Verdict.SURPRISE}


def test_what_the_account_doesnt_tell_is_unknown(plan: Plan) -> None:
    live = replace(compliant_account(plan), roles=Unread("AccessDenied (request 1)"))
    assert wrong(roles(plan, live)) == {"is there": Verdict.UNKNOWN}
    live = replace(compliant_account(plan), secrets=Unread("AccessDenied (request 1)"))
    assert wrong(roles(plan, live)) == {"reads own": Verdict.UNKNOWN, "reads no other": Verdict.UNKNOWN}
    live = replace(compliant_account(plan), keys={})
    assert wrong(roles(plan, live)) == {"reads own": Verdict.UNKNOWN}


def test_only_chosen_services_roles_are_tried(plan: Plan) -> None:
    outcomes = judge_account(plan, compliant_account(plan), ["orders-api"])
    assert {each.name for each in outcomes if each.check.thing is things.ROLE} == {ROLE}


def test_many_services_are_not_tried_on_each_others_secrets_one_by_one(plan: Plan) -> None:
    """A role that names its own secrets is tried on a handful of others, however many there are."""
    live = compliant_account(plan)
    assert isinstance(live.secrets, Mapping)
    many = {
        f"AmazonMSK_levee/test/service-{number:04}.g1": LiveSecret(f"{SECRETS}service-{number:04}.g1-a1B2c3", KEY)
        for number in range(2_000)
    }
    live = replace(live, secrets={**live.secrets, **many})
    (outcome,) = (each for each in roles(plan, live) if each.name == ROLE and each.check.column == "reads no other")
    assert outcome.verdict is Verdict.AS_DECLARED
    assert int(outcome.found.split()[0]) < 10
