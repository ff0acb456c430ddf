"""A whole account, read by its API, judged and shown."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from levee.plan.planned import Plan
from levee.targets.aws.names import data_stream_arn, delivery_role_name, subscription_name
from levee_infra.deployed.record import Record
from levee_infra.targets.aws.account import account_api
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.inventory import account_inventory
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.targets.aws.proof.prove import judge_account, prove_account
from levee_infra.verify.account import Thing
from levee_infra.verify.account_tables import MOST, account_sections, account_summary
from levee_infra.verify.answer import Verdict
from levee_infra.verify.proof import Proof
from levee_infra.verify.proof_json import render_json
from levee_infra.verify.proof_tables import render_tables
from tests.support.aws.api import AwsApi
from tests.support.aws_account import compliant_account, plant_account, with_alarm, with_role
from tests.support.aws_stack import BUCKET, LOG_GROUP, OTHER_ACCOUNT, AwsStack
from tests.verify.test_proof_report import ABOUT

ASSUMED = {"Effect": "Allow", "Action": "sts:AssumeRole"}
READ_BY_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kinesis:GetRecords", "Resource": "*"}],
}


def proof_of(plan: Plan, live: LiveAccount) -> Proof:
    return Proof(
        "test",
        "bGV2ZWUtbG9jYWwtMDAwMQ",
        wrote=False,
        outcomes=(),
        discrepancies=(),
        topics=0,
        acls=0,
        users=0,
        account=judge_account(plan, live),
    )


@pytest.fixture
def plan(aws_files: AwsStack) -> Plan:
    return aws_files.plan()


@pytest.fixture
def live_plan(aws_api: AwsApi, tmp_path: Path) -> Plan:
    """A plan whose account can be asked, and is as declared."""
    aws_api.reset()
    plan = AwsStack(tmp_path, aws_api).with_logs().plan()
    plant_account(aws_api, plan)
    aws_api.reset_calls()
    return plan


@pytest_asyncio.fixture
async def api(live_plan: Plan, tmp_path: Path) -> AsyncIterator[Api]:
    running = account_api(live_plan, tmp_path)
    yield running
    await running.close()


async def test_an_account_as_declared_is_proved_with_few_calls(
    live_plan: Plan, aws_api: AwsApi, tmp_path: Path
) -> None:
    outcomes = await prove_account(live_plan, tmp_path, Record())
    assert [each for each in outcomes if each.verdict is not Verdict.AS_DECLARED] == []
    assert {each.check.thing for each in outcomes} == set(things.ALL) - {things.CLUSTER}
    calls = aws_api.calls()
    once = {
        *("iam:GetAccountAuthorizationDetails", "secretsmanager:ListSecrets", "cloudwatch:DescribeAlarms"),
        *("kinesis:DescribeStreamSummary", "kinesis:GetResourcePolicy", "kinesis:ListStreamConsumers"),
        "logs:DescribeSubscriptionFilters",
    }
    assert {name: calls[name] for name in once} == dict.fromkeys(once, 1)
    assert "secretsmanager:GetSecretValue" not in calls


async def test_what_somebody_changed_behind_our_back_is_found(live_plan: Plan, aws_api: AwsApi, api: Api) -> None:
    iam, s3, kms = aws_api.client("iam"), aws_api.client("s3"), aws_api.client("kms")
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    iam.put_role_policy(RoleName="test-orders-api", PolicyName="more", PolicyDocument=json.dumps(everything))
    kms.disable_key_rotation(KeyId=kms.describe_key(KeyId=live_plan.secrets.key)["KeyMetadata"]["Arn"])
    s3.delete_bucket_policy(Bucket=BUCKET)
    aws_api.client("cloudwatch").disable_alarm_actions(AlarmNames=["levee-test-orders-silence"])
    aws_api.client("secretsmanager").delete_secret(SecretId="AmazonMSK_levee/test/detection-engine.g1")
    kinesis, logs = aws_api.client("kinesis"), aws_api.client("logs")
    (carrier,) = live_plan.carriers
    arn = data_stream_arn(live_plan.boundary, carrier.name)
    kinesis.stop_stream_encryption(StreamName=carrier.name, EncryptionType="KMS", KeyId="alias/levee-test")
    kinesis.decrease_stream_retention_period(StreamName=carrier.name, RetentionPeriodHours=24)
    kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="siem")
    kinesis.put_resource_policy(ResourceARN=arn, Policy=json.dumps(READ_BY_ALL))
    logs.delete_subscription_filter(logGroupName=LOG_GROUP, filterName=subscription_name(carrier.name))
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{**ASSUMED, "Principal": {"AWS": OTHER_ACCOUNT}}]})
    iam.update_assume_role_policy(RoleName=delivery_role_name(carrier.name), PolicyDocument=trust)
    outcomes = judge_account(live_plan, await account_inventory(api, live_plan))
    found = {(each.check.thing, each.check.column) for each in outcomes if each.verdict is Verdict.SURPRISE}
    assert found == {
        (things.ROLE, "one policy"),
        (things.ROLE, "reads no other"),
        (things.ROLE, "changes nothing"),
        (things.KEY, "renewed"),
        (things.ARCHIVE, "no plain HTTP"),
        (things.ARCHIVE, "not lifted"),
        (things.ALARM, "tells"),
        (things.SECRET, "is there"),
        (things.DATA_STREAM, "encrypted"),
        (things.DATA_STREAM, "kept"),
        (things.DATA_STREAM, "no consumers"),
        (things.DATA_STREAM, "no outsiders"),
        (things.ROLE, "drains"),  # all of the account may read the data stream now
        (things.DELIVERY, "nothing else"),
        (things.DELIVERY, "taken on"),
        (things.SUBSCRIPTION, "is there"),
    }


@pytest.mark.parametrize(
    ("operation", "thing"),
    [
        ("iam:GetAccountAuthorizationDetails", things.ROLE),
        ("secretsmanager:ListSecrets", things.SECRET),
        ("secretsmanager:GetResourcePolicy", things.SECRET),
        ("kms:GetKeyPolicy", things.KEY),
        ("s3:GetBucketPolicy", things.ARCHIVE),
        ("s3:HeadBucket", things.ARCHIVE),
        ("cloudwatch:DescribeAlarms", things.ALARM),
        ("iam:GetAccountAuthorizationDetails", things.DELIVERY),
        ("kinesis:DescribeStreamSummary", things.DATA_STREAM),
        ("kinesis:GetResourcePolicy", things.DATA_STREAM),
        ("kinesis:ListStreamConsumers", things.DATA_STREAM),
        ("logs:DescribeSubscriptionFilters", things.SUBSCRIPTION),
    ],
)
async def test_what_may_not_be_read_is_unknown_and_never_missing(
    live_plan: Plan, aws_api: AwsApi, api: Api, operation: str, thing: Thing
) -> None:
    aws_api.fail(operation, "denied", times=99)
    outcomes = judge_account(live_plan, await account_inventory(api, live_plan))
    aws_api.reset()
    wrong = [each for each in outcomes if each.verdict is not Verdict.AS_DECLARED]
    assert {each.verdict for each in wrong} == {Verdict.UNKNOWN}
    assert thing in {each.check.thing for each in wrong}
    assert any("(request " in each.found for each in wrong)


def test_a_table_of_each_kind_and_a_line_that_sums_up(plan: Plan) -> None:
    proof = proof_of(plan, compliant_account(plan))
    text = render_tables(proof)
    assert proof.holds
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "ROLE IS THERE ONE POLICY READS OWN READS NO OTHER CHANGES NOTHING TAKEN ON" in lines
    assert "test-orders-api yes yes yes yes yes yes" in lines
    count = len(proof.account)
    assert lines[-1].endswith(f"; of the account {count} checks: {count} as declared, 0 surprises, 0 unknown")


def test_a_surprise_is_in_the_table_and_told_below_it(plan: Plan) -> None:
    live = with_role(compliant_account(plan), "test-orders-api", attached=("arn:aws:iam::aws:policy/ReadOnlyAccess",))
    proof = proof_of(plan, live)
    text = render_tables(proof)
    assert not proof.holds
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "test-orders-api yes SURPRISE UNKNOWN UNKNOWN UNKNOWN yes" in lines
    assert any(
        line.startswith("SURPRISE role test-orders-api holds levee's policy and no other arn:") for line in lines
    )
    assert text.splitlines()[-1].startswith("NOT PROVED")
    assert "1 surprise, 3 unknown" in text.splitlines()[-1]


def test_of_many_things_those_with_a_surprise_are_always_shown(plan: Plan) -> None:
    live = with_alarm(compliant_account(plan), "levee-test-orders-silence", ActionsEnabled=False)
    alarms = [each for each in judge_account(plan, live) if each.name == "levee-test-orders-silence"]
    calm = [replace(each, verdict=Verdict.AS_DECLARED) for each in alarms]
    many = [replace(each, name=f"alarm{number:03}") for number in range(100) for each in calm]
    text = "\n".join(account_sections([*many, *alarms]))
    assert "levee-test-orders-silence" in text
    assert f"alarm{MOST - 1:03}" in text
    assert f"alarm{MOST:03}" not in text
    assert f"... and {100 - MOST} more, all as declared" in text


def test_json_holds_every_claim(plan: Plan) -> None:
    proof = proof_of(plan, compliant_account(plan))
    document = json.loads(render_json(proof, ABOUT))
    assert len(document["account"]) == len(proof.account)
    assert document["account"][0].keys() == {"thing", "name", "claim", "verdict", "found"}
    assert {each["verdict"] for each in document["account"]} == {"as declared"}
    assert json.loads(render_json(replace(proof, account=()), ABOUT))["account"] == []
    assert account_summary(()) == ""
