"""Every kind of part, as planned and with one thing changed: judged one by one, all at once, and once all are made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from levee.plan import type_tokens
from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee.plan.unknown import unknown
from levee.targets import parts
from levee.targets.aws.defaults import DEFAULTS
from levee_infra.engines.embedded.judging import judge as refused
from levee_infra.targets.aws.platform import KINDS
from levee_policies.stack_evaluator import StackEvaluator
from tests.engines.test_judging import registration
from tests.policies.test_crossguard import Pack
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws_outputs import PLACE, outputs
from tests.support.aws_registered import Resources, registered
from tests.support.aws_stack import ON_CALL, TODAY, AwsStack

CLUSTER = f"arn:aws:kafka:{PLACE}:cluster/logs/1234abcd-12ab-34cd-56ef-1234567890ab-2"
OTHER_KEY = f"arn:aws:kms:{PLACE}:key/99999999-2222-3333-4444-555555555555"

Change = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def put(**inputs: Any) -> Change:
    return lambda _: inputs


def widened(name: str) -> Change:
    """A policy that lets in everyone, or allows everything."""

    def change(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        document = json.loads(inputs[name])
        document["Statement"].append({"Effect": "Allow", "Action": "*", "Resource": "*"})
        return {name: json.dumps(document, separators=(",", ":"))}

    return change


def swapped(name: str, old: str, new: str) -> Change:
    return lambda inputs: {name: inputs[name].replace(old, new)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stack on MSK that has one of everything."""
    project = tmp_path_factory.mktemp("project")
    for file in ("certs/ca.pem", "secrets/admin.password"):
        (project / file).parent.mkdir()
        (project / file).write_text("-----BEGIN CERTIFICATE-----\n")
    return project


@pytest.fixture(scope="module")
def plan(project: Path) -> Plan:
    stack = AwsStack(project, AwsApi("http://127.0.0.1:1", project / "credentials")).with_logs()
    stack.edit(stack.stack, "  brokers: 3\n", "  brokers: 3\n  policy: {accounts: ['210987654321']}\n")
    stack.edit(stack.stack, "owner: platform-team\n", "owner: platform-team\ntrusted_accounts: ['210987654321']\n")
    return stack.in_aws(f"cluster_arn: {CLUSTER}").in_aws(f"alarm_actions: ['{ON_CALL}']").plan()


@pytest.fixture(scope="module")
def planned(plan: Plan, project: Path) -> Resources:
    return registered(plan, project)


def with_outputs(resources: Resources) -> list[Registered]:
    """As the engine shows them once all are made."""
    return [
        replace(each, properties={**each.properties, **outputs(each.type, each.name, dict(each.properties))})
        for each in resources.values()
    ]


def judge(plan: Plan, project: Path) -> StackEvaluator:
    return StackEvaluator(project, plan.stack, TODAY, plan)


def told(findings: Any) -> set[tuple[str, str]]:
    """The rules of parts that fire, with their subjects."""
    return {(each.rule.id, each.subject) for each in findings if each.rule.id in {"RLS-DEL-003", "RLS-DEL-004"}}


def test_what_levee_registers_is_as_planned(plan: Plan, project: Path, planned: Resources) -> None:
    evaluator = judge(plan, project)
    assert told(evaluator.everything(planned.values())) == set()
    assert told(evaluator.together(with_outputs(planned))) == set()
    assert [finding for each in planned.values() for finding in told(evaluator.resource(each))] == []


def test_every_input_that_a_provider_takes_is_judged() -> None:
    unjudged = {"acknowledgedIds", "tags"}
    for kind in KINDS:
        never_left_out = REQUIRED[kind.token]
        assert {each.name for each in kind.takes} - unjudged == {*DEFAULTS[kind.token], *never_left_out}


REQUIRED = {
    type_tokens.AWS_KEY: {"description", "alias", "policy"},
    type_tokens.AWS_SECRET: {"name", "keyArn"},
    type_tokens.AWS_ROLE: {"name", "description", "trust", "policy"},
    type_tokens.AWS_SCRAM_ASSOCIATION: {"clusterArn", "prefix", "secretArns"},
    type_tokens.AWS_CLUSTER_POLICY: {"clusterArn", "policy"},
    type_tokens.AWS_ARCHIVE_BUCKET: {"name", "keyArn", "policy", "lockMode", "retentionDays", "expireAfterDays"},
    type_tokens.AWS_DATA_STREAM: {"name", "keyArn", "retentionHours"},
    type_tokens.AWS_LOG_SUBSCRIPTION: {"logGroup", "filterName", "destinationArn", "roleArn"},
    type_tokens.AWS_ALARM: {
        *("name", "description", "comparison", "threshold", "evaluationPeriods", "datapointsToAlarm"),
    },
}

BUCKET, KEY_PART = (type_tokens.AWS_ARCHIVE_BUCKET, "orders"), (type_tokens.AWS_KEY, "stack-key")
STREAM = (type_tokens.AWS_DATA_STREAM, "orders.checkout-logs")
ROLE, DELIVERY = (type_tokens.AWS_ROLE, "orders-api"), (type_tokens.AWS_ROLE, "orders.checkout-logs.delivery")
SECRET = (type_tokens.AWS_SECRET, "orders-api.g1")
SUBSCRIPTION = (type_tokens.AWS_LOG_SUBSCRIPTION, "orders.checkout-logs")
ALARM = (type_tokens.AWS_ALARM, "levee-test-orders-silence")
LAG = (type_tokens.AWS_ALARM, "levee-test-orders-lag-detection-engine")
USERS = (type_tokens.AWS_SCRAM_ASSOCIATION, "users")
POLICY = (type_tokens.AWS_CLUSTER_POLICY, "cluster-policy")

BROKEN: list[tuple[tuple[str, str], Change]] = [
    (BUCKET, put(retentionDays=30)),
    (BUCKET, put(expireAfterDays=30)),
    (BUCKET, put(lockMode="NONE")),
    (BUCKET, put(keyArn=OTHER_KEY.replace(REGION, "us-east-1"))),
    (BUCKET, put(keyArn=OTHER_KEY.replace(ACCOUNT, "210987654321"))),
    (BUCKET, put(keyArn=OTHER_KEY + ":alias")),
    (BUCKET, put(keyArn=None)),
    (BUCKET, put(name="another-bucket")),
    (BUCKET, put(versioned=False)),
    (BUCKET, put(publicAccessBlocked=False)),
    (BUCKET, put(replicas=["arn:aws:s3:::elsewhere"])),
    (BUCKET, put(glacierAfterDays=1)),
    (BUCKET, put(deletion={"on": "2026-11-21", "approvedBy": "me", "ticket": "G-1"})),
    (BUCKET, put(policy="{}")),
    (BUCKET, widened("policy")),
    (BUCKET, put(tags={})),
    (KEY_PART, widened("policy")),
    (KEY_PART, put(rotation=False)),
    (KEY_PART, put(windowDays=7)),
    (KEY_PART, put(alias="alias/other")),
    (SECRET, put(keyArn=OTHER_KEY.replace(REGION, "us-east-1"))),
    (SECRET, put(name="AmazonMSK_levee/test/siem-shipper.g1")),
    (SECRET, put(replicas=["us-east-1"])),
    (ROLE, widened("policy")),
    (ROLE, widened("trust")),
    (ROLE, swapped("policy", "orders-api.g1", "*")),
    (ROLE, swapped("policy", ACCOUNT, "210987654321")),
    (ROLE, put(foreignPolicies=["admin"])),
    (ROLE, put(maxSessionSeconds=43_200)),
    (ROLE, put(permissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess")),
    (DELIVERY, swapped("trust", "log-group:/ecs/checkout:*", "*")),
    (DELIVERY, swapped("policy", "stream/test.orders.checkout-logs", "stream/test.other")),
    (STREAM, put(retentionHours=24)),
    (STREAM, put(keyArn=OTHER_KEY.replace(REGION, "us-east-1"))),
    (STREAM, put(mode="PROVISIONED")),
    (SUBSCRIPTION, put(filterPattern="ERROR")),
    (SUBSCRIPTION, put(logGroup="/ecs/other")),
    (SUBSCRIPTION, put(destinationArn=f"arn:aws:kinesis:{PLACE}:stream/other")),
    (SUBSCRIPTION, put(roleArn=f"arn:aws:iam::{ACCOUNT}:role/levee/other")),
    (SUBSCRIPTION, put(fieldSelectionCriteria="@aws.account IN ['1']")),
    (ALARM, put(actions=[])),
    (ALARM, put(actionsEnabled=False)),
    (ALARM, put(treatMissingData="notBreaching")),
    (ALARM, put(evaluationPeriods=1, datapointsToAlarm=1)),
    (ALARM, put(metrics=[])),
    (LAG, put(threshold=1e9)),
    (LAG, put(dimensions=[])),
    (LAG, put(metricName="SumOffsetLag")),
    (LAG, put(datapointsToAlarm=1)),
    (USERS, put(secretArns=[])),
    (USERS, lambda inputs: {"secretArns": [*inputs["secretArns"], inputs["secretArns"][0].replace("orders", "x")]}),
    (USERS, put(clusterArn=CLUSTER.replace("logs", "others"))),
    (USERS, put(prefix="AmazonMSK_")),
    (POLICY, widened("policy")),
    (POLICY, put(allowedAccounts=["210987654321", "111111111111"])),
]


@pytest.mark.parametrize(("key", "change"), BROKEN)
def test_a_change_by_hand_is_found(
    plan: Plan, project: Path, planned: Resources, key: tuple[str, str], change: Change
) -> None:
    resource = planned[key]
    changed = replace(resource, properties={**resource.properties, **change(resource.properties)})
    subject = {("RLS-DEL-003", f"test/part/{key[0].rpartition(':')[2]}/{key[1]}")}
    evaluator = judge(plan, project)
    assert told(evaluator.resource(changed)) == subject
    assert told(evaluator.everything([*({**planned, key: changed}).values()])) == subject


@pytest.mark.parametrize("key", [BUCKET, SECRET, STREAM])
def test_another_key_of_the_same_account_is_found_once_the_stacks_own_is_known(
    plan: Plan, project: Path, planned: Resources, key: tuple[str, str]
) -> None:
    changed = replace(planned[key], properties={**planned[key].properties, "keyArn": OTHER_KEY})
    found = judge(plan, project).together(with_outputs({**planned, key: changed}))
    assert {subject.rpartition("/part/")[2] for _, subject in told(found)} == {f"{key[0].rpartition(':')[2]}/{key[1]}"}


@pytest.mark.parametrize("part", [BUCKET, KEY_PART, SECRET, ROLE, STREAM, SUBSCRIPTION, ALARM, USERS, POLICY])
def test_one_that_is_missing_or_whose_changes_are_ignored_is_found(
    plan: Plan, project: Path, planned: Resources, part: tuple[str, str]
) -> None:
    evaluator = judge(plan, project)
    rest = {key: each for key, each in planned.items() if key != part}
    missing = {("RLS-DEL-004", f"test/part/{part[0].rpartition(':')[2]}/{part[1]}")}
    assert told(evaluator.everything(rest.values())) == missing
    assert told(evaluator.together(with_outputs(rest))) == missing
    ignoring = evaluator.resource(replace(planned[part], ignored=("policy",)))
    assert "RLS-DEL-002" in {finding.rule.id for finding in ignoring}


def test_what_a_preview_cannot_know_is_a_reference_and_nothing_else(
    plan: Plan, project: Path, planned: Resources
) -> None:
    evaluator, bucket = judge(plan, project), planned[BUCKET]
    for name in bucket.properties:
        found = evaluator.resource(replace(bucket, properties={**bucket.properties, name: unknown(name)}))
        verdicts = {each.verdict.value for each in found if each.rule.id == "RLS-DEL-003"}
        known_later = name in {"keyArn", "policy"}
        assert verdicts == (set() if known_later else {"unknown"}), name


def test_every_type_of_part_is_read_back(plan: Plan) -> None:
    assert {part.type for part in parts(plan)} == {key[0] for key, _ in BROKEN} == {kind.token for kind in KINDS}


ONE_EACH = [
    next(case for case in BROKEN if case[0][0] == token) for token in dict.fromkeys(key[0] for key, _ in BROKEN)
]


@pytest.mark.parametrize(("key", "change"), ONE_EACH, ids=lambda value: value[1] if isinstance(value, tuple) else "")
def test_the_pack_and_the_embedded_engine_refuse_it(
    plan: Plan, project: Path, planned: Resources, key: tuple[str, str], change: Change
) -> None:
    resource = planned[key]
    changed = replace(resource, properties={**resource.properties, **change(resource.properties)})
    assert "RLS-DEL-003" in Pack(project).resources([changed])
    assert "RLS-DEL-003" not in Pack(project).resources([resource])
    registrations = [
        registration(each.type, each.name, dict(each.properties), protect=each.protected)
        for each in {**planned, key: changed}.values()
    ]
    refusals = list(refused(judge(plan, project), registrations, print))
    assert [each.urn.rpartition("::")[2] for each in refusals if "RLS-DEL-003" in each.message] == [key[1]]


def test_the_pack_finds_one_missing_that_the_engine_is_about_to_delete(project: Path, planned: Resources) -> None:
    pack = Pack(project)
    pack.resources([each for key, each in planned.items() if key != ALARM])
    assert "RLS-DEL-004" not in pack.ids
    assert "RLS-DEL-004" in pack.stack(planned.values())


def test_the_pack_tells_of_one_that_no_file_declares(project: Path, planned: Resources) -> None:
    pack = Pack(project)
    pack.stack([*planned.values(), replace(planned[ALARM], name="somebody-elses")])
    assert [text for text, _ in pack.reports if text.startswith("unknown: levee:aws:Alarm (1 of it)")]
