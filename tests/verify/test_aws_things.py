"""Secrets, keys, archives and alarms that aren't as a plan has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from levee.plan.planned import Plan
from levee.targets.aws.names import secret_name
from levee_infra.targets.aws.kinds.archive_bucket.live import BucketSettings, LiveBucket
from levee_infra.targets.aws.live import Unread, read_policy
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.targets.aws.proof.prove import judge_account
from levee_infra.verify.account import Thing
from levee_infra.verify.answer import Verdict
from tests.support.aws.api import ACCOUNT, REGION
from tests.support.aws_account import (
    KEY,
    bucket_settings,
    compliant_account,
    locked,
    with_alarm,
    with_bucket,
    with_key,
    with_secret,
)
from tests.support.aws_stack import BUCKET, ON_CALL, OTHER_ACCOUNT, AwsStack

SECRET = "AmazonMSK_levee/test/orders-api.g1"
ALARM = "levee-test-orders-silence"
OTHER_KEY = KEY.replace("1234abcd", "9999abcd")


@pytest.fixture
def plan(aws_files: AwsStack) -> Plan:
    return aws_files.in_aws(f"alarm_actions: ['{ON_CALL}']").plan()


def wrong(plan: Plan, live: LiveAccount, thing: Thing) -> dict[str, Verdict]:
    """What isn't as declared of things of this kind, by the claim's column; nothing else may be wrong."""
    found = [each for each in judge_account(plan, live) if each.verdict is not Verdict.AS_DECLARED]
    return {each.check.column: each.verdict for each in found if each.check.thing is thing}


def surprises(*columns: str) -> dict[str, Verdict]:
    return dict.fromkeys(columns, Verdict.SURPRISE)


def letting_in(principal: Any, action: str = "*", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


LET_IN = [
    ({"AWS": OTHER_ACCOUNT}, {}, Verdict.SURPRISE),
    ({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}, {}, Verdict.SURPRISE),
    ({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:role/auditor"}, {}, Verdict.SURPRISE),
    ("*", {}, Verdict.SURPRISE),
    ({"Service": "cloudtrail.amazonaws.com"}, {}, Verdict.SURPRISE),
    ("*", {"Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}}, None),
    ("*", {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}, Verdict.UNKNOWN),
    ("*", {"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}, Verdict.UNKNOWN),
    ({"Federated": "cognito-identity.amazonaws.com"}, {}, Verdict.UNKNOWN),
]
"""Whom a resource's policy names, on what condition, and what that says of outsiders."""


# Secrets


def test_a_secret_that_is_missing_or_encrypted_otherwise(plan: Plan) -> None:
    live = compliant_account(plan)
    assert isinstance(live.secrets, Mapping)
    gone = replace(live, secrets={name: each for name, each in live.secrets.items() if name != SECRET})
    assert wrong(plan, gone, things.SECRET) == surprises("is there")
    assert wrong(plan, with_secret(live, SECRET, key=OTHER_KEY), things.SECRET) == surprises("encrypted")
    assert wrong(plan, with_secret(live, SECRET, key=None), things.SECRET) == surprises("encrypted")
    for name in (KEY, KEY.rpartition("/")[2], plan.secrets.key):
        assert wrong(plan, with_secret(live, SECRET, key=name), things.SECRET) == {}


@pytest.mark.parametrize(("principal", "condition", "expected"), LET_IN)
def test_a_secret_that_outsiders_read(
    plan: Plan, principal: Any, condition: dict[str, Any], expected: Verdict | None
) -> None:
    policy = read_policy(letting_in(principal, **condition), of_resource=True)
    found = wrong(plan, with_secret(compliant_account(plan), SECRET, policy=policy), things.SECRET)
    assert found == ({} if expected is None else {"no outsiders": expected})


def test_what_msk_itself_writes_into_a_secrets_policy_is_no_outsider(plan: Plan) -> None:
    msk = letting_in({"Service": "kafka.amazonaws.com"}, "secretsmanager:getSecretValue")
    live = with_secret(compliant_account(plan), SECRET, policy=read_policy(msk, of_resource=True))
    assert wrong(plan, live, things.SECRET) == {}


def test_an_account_that_the_stack_trusts_is_no_outsider(aws_files: AwsStack) -> None:
    aws_files.add(aws_files.stack, f'trusted_accounts: ["{OTHER_ACCOUNT}"]\n')
    plan = aws_files.plan()
    policy = read_policy(letting_in({"AWS": OTHER_ACCOUNT}), of_resource=True)
    assert wrong(plan, with_secret(compliant_account(plan), SECRET, policy=policy), things.SECRET) == {}


def test_secrets_that_cant_be_listed_or_whose_policy_cant_be_read(plan: Plan) -> None:
    live = compliant_account(plan)
    unread = replace(live, secrets=Unread("AccessDenied"))
    assert wrong(plan, unread, things.SECRET) == {"is there": Verdict.UNKNOWN}
    unread = with_secret(live, SECRET, policy=Unread("AccessDenied"))
    assert wrong(plan, unread, things.SECRET) == {"no outsiders": Verdict.UNKNOWN}


def test_a_secret_of_an_unknown_key(plan: Plan) -> None:
    live = replace(with_secret(compliant_account(plan), SECRET, key=OTHER_KEY), keys={})
    assert wrong(plan, live, things.SECRET) == {"encrypted": Verdict.UNKNOWN}


# Keys


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"about": {"KeyState": "Disabled", "KeyManager": "CUSTOMER", "MultiRegion": False}}, "is on"),
        ({"about": {"KeyState": "Enabled", "KeyManager": "AWS", "MultiRegion": False}}, "is on"),
        ({"about": {"KeyState": "Enabled", "KeyManager": "CUSTOMER", "MultiRegion": True}}, "one region"),
        ({"about": {"KeyState": "Enabled", "KeyManager": "CUSTOMER"}}, "one region"),
        ({"renewed_after": None}, "renewed"),
        ({"renewed_after": 730}, "renewed"),
        ({"grantees": (f"arn:aws:iam::{OTHER_ACCOUNT}:role/auditor",)}, "no outsiders"),
    ],
)
def test_a_key_that_is_off_or_not_renewed_or_elsewhere_too(plan: Plan, changes: dict[str, Any], expected: str) -> None:
    assert plan.secrets.key is not None
    live = with_key(compliant_account(plan), plan.secrets.key, **changes)
    assert wrong(plan, live, things.KEY) == surprises(expected)


@pytest.mark.parametrize(("is_several", "found"), [(True, "multi-region"), (False, "of this region only")])
def test_of_how_many_regions_a_key_is_stands_in_the_evidence(plan: Plan, is_several: bool, found: str) -> None:
    assert plan.secrets.key is not None
    about = {"KeyState": "Enabled", "KeyManager": "CUSTOMER", "MultiRegion": is_several}
    live = with_key(compliant_account(plan), plan.secrets.key, about=about)
    assert [each.found for each in judge_account(plan, live) if each.check.column == "one region"] == [found]


@pytest.mark.parametrize(("principal", "condition", "expected"), LET_IN)
def test_a_key_that_outsiders_use(
    plan: Plan, principal: Any, condition: dict[str, Any], expected: Verdict | None
) -> None:
    assert plan.secrets.key is not None
    policy = read_policy(letting_in(principal, **condition), of_resource=True)
    live = with_key(compliant_account(plan), plan.secrets.key, policy=policy)
    assert wrong(plan, live, things.KEY) == ({} if expected is None else {"no outsiders": expected})


def test_a_key_that_isnt_there_or_isnt_told(plan: Plan) -> None:
    live = compliant_account(plan)
    assert wrong(plan, replace(live, keys={}), things.KEY) == surprises("is there")
    unread = replace(live, keys={str(plan.secrets.key): Unread("AccessDenied")})
    assert wrong(plan, unread, things.KEY) == {"is there": Verdict.UNKNOWN}


# Archives


OPEN = {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
COPIED = {"ReplicationConfiguration": {"Rules": [{"Destination": {"Bucket": "arn:aws:s3:::elsewhere"}}]}}
WRITERS = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}}


@pytest.mark.parametrize(
    ("request_", "answer", "expected"),
    [
        ("get_public_access_block", OPEN, ["private"]),
        ("get_public_access_block", {}, ["private"]),
        ("get_bucket_ownership_controls", WRITERS, ["private"]),
        ("get_bucket_encryption", {}, ["encrypted"]),
        ("get_bucket_versioning", {"Status": "Suspended"}, ["versions"]),
        ("get_bucket_replication", COPIED, ["here"]),
        ("get_object_lock_configuration", {}, ["locked"]),
        ("get_object_lock_configuration", locked("GOVERNANCE", 399), ["locked"]),
        ("get_object_lock_configuration", locked("GOVERNANCE", 401), []),
        ("get_object_lock_configuration", locked("COMPLIANCE", 400), []),
        ("get_bucket_policy", {}, ["no plain HTTP", "not lifted"]),
    ],
)
def test_an_archive_that_is_weaker(plan: Plan, request_: str, answer: dict[str, Any], expected: list[str]) -> None:
    live = with_bucket(compliant_account(plan), plan.archives[0], **{request_: answer})
    assert wrong(plan, live, things.ARCHIVE) == surprises(*expected)


def test_an_archive_whose_class_asks_for_more(aws_files: AwsStack) -> None:
    aws_files.edit(aws_files.classes, "    regulated: true\n", "    regulated: true\n    archive_lock: compliance\n")
    plan = aws_files.plan()
    assert wrong(plan, compliant_account(plan), things.ARCHIVE) == surprises("locked")
    firm = with_bucket(
        compliant_account(plan), plan.archives[0], get_object_lock_configuration=locked("COMPLIANCE", 400)
    )
    assert wrong(plan, firm, things.ARCHIVE) == {}


@pytest.mark.parametrize(
    ("sid", "expected"),
    [
        ("DenyPlainHttp", surprises("no plain HTTP")),
        ("DenyLiftingLocks", surprises("not lifted")),
        ("DenyOtherPrincipals", {}),  # nobody of elsewhere is let in either
    ],
)
def test_each_denial_of_the_policy_counts(plan: Plan, sid: str, expected: dict[str, Verdict]) -> None:
    written = json.loads(bucket_settings(plan.archives[0]).answers["get_bucket_policy"]["Policy"])
    written["Statement"] = [each for each in written["Statement"] if each["Sid"] != sid]
    live = with_bucket(compliant_account(plan), plan.archives[0], get_bucket_policy={"Policy": json.dumps(written)})
    assert wrong(plan, live, things.ARCHIVE) == expected


@pytest.mark.parametrize(("principal", "condition", "expected"), LET_IN)
def test_an_archive_that_outsiders_read(
    plan: Plan, principal: Any, condition: dict[str, Any], expected: Verdict | None
) -> None:
    answer = {"Policy": json.dumps(letting_in(principal, **condition))}
    found = wrong(
        plan, with_bucket(compliant_account(plan), plan.archives[0], get_bucket_policy=answer), things.ARCHIVE
    )
    assert found.get("no outsiders") == expected


def test_an_archive_that_is_elsewhere_or_gone_or_not_told(plan: Plan) -> None:
    live = compliant_account(plan)
    settings = BucketSettings(bucket_settings(plan.archives[0]).answers)
    for region in ("us-east-1", None):
        moved = replace(live, buckets={BUCKET: LiveBucket(region, settings)})
        assert wrong(plan, moved, things.ARCHIVE) == surprises("here")
    assert wrong(plan, replace(live, buckets={}), things.ARCHIVE) == surprises("is there")
    unread = replace(live, buckets={BUCKET: Unread("403")})
    assert wrong(plan, unread, things.ARCHIVE) == {"is there": Verdict.UNKNOWN}


# Alarms


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Threshold": 5.0}, "threshold"),
        ({"ComparisonOperator": "GreaterThanThreshold"}, "threshold"),
        ({"Period": 120}, "window"),
        ({"EvaluationPeriods": 30}, "window"),
        ({"DatapointsToAlarm": 1}, "window"),
        ({"TreatMissingData": "notBreaching"}, "window"),
        ({"MetricName": "BytesInPerSec"}, "watches"),
        ({"Dimensions": []}, "watches"),
        ({"ActionsEnabled": False}, "tells"),
        ({"AlarmActions": []}, "tells"),
    ],
)
def test_an_alarm_that_watches_otherwise(plan: Plan, changes: dict[str, Any], expected: str) -> None:
    live = with_alarm(compliant_account(plan), ALARM, **changes)
    assert wrong(plan, live, things.ALARM) == surprises(expected)


def test_an_alarm_by_metric_math(aws_files: AwsStack) -> None:
    arn = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-12ab-34cd-56ef-1234567890ab-2"
    plan = aws_files.in_aws(f"cluster_arn: {arn}").plan()
    live = compliant_account(plan)
    assert wrong(plan, live, things.ALARM) == {}
    assert isinstance(live.alarms, Mapping)
    metrics = live.alarms[ALARM]["Metrics"]
    assert wrong(plan, with_alarm(live, ALARM, Metrics=metrics[1:]), things.ALARM) == surprises("watches")
    assert wrong(plan, with_alarm(live, ALARM, Metrics=metrics[::-1]), things.ALARM) == {}


def test_an_alarm_by_a_query_over_many_brokers(aws_files: AwsStack) -> None:
    arn = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-12ab-34cd-56ef-1234567890ab-2"
    plan = aws_files.in_aws(f"cluster_arn: {arn}").in_aws(f"alarm_actions: ['{ON_CALL}']").plan()
    plan = replace(plan, cluster=replace(plan.cluster, brokers=12))
    live = compliant_account(plan)
    assert wrong(plan, live, things.ALARM) == {}
    assert isinstance(live.alarms, Mapping)
    (query,) = live.alarms[ALARM]["Metrics"]
    other = {**query, "Expression": query["Expression"].replace("orders", "payments")}
    assert wrong(plan, with_alarm(live, ALARM, Metrics=[other]), things.ALARM) == surprises("watches")
    longer = with_alarm(live, ALARM, Metrics=[{**query, "Period": 120}])
    assert wrong(plan, longer, things.ALARM) == surprises("window", "watches")
    assert wrong(plan, with_alarm(live, ALARM, InsufficientDataActions=[]), things.ALARM) == surprises("tells")


def test_an_alarm_that_is_missing_or_not_told(plan: Plan) -> None:
    live = compliant_account(plan)
    assert isinstance(live.alarms, Mapping)
    gone = replace(live, alarms={name: each for name, each in live.alarms.items() if name != ALARM})
    assert wrong(plan, gone, things.ALARM) == surprises("is there")
    assert wrong(plan, replace(live, alarms=Unread("denied")), things.ALARM) == {"is there": Verdict.UNKNOWN}


def test_names_are_those_that_the_stack_makes(plan: Plan) -> None:
    assert secret_name(plan, "orders-api.g1") == SECRET
    names = {each.name for each in judge_account(plan, compliant_account(plan)) if each.check.thing is things.ALARM}
    assert names == {ALARM, "levee-test-orders-lag-detection-engine"}
