"""What the program registers in an AWS account: few things, whole, each for one reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from levee.clock import SYSTEM_CLOCK
from levee.plan import type_tokens
from levee.targets.aws.iam.document import Document
from levee.targets.aws.iam.evaluate import Policies, evaluate
from levee.targets.aws.iam.parsing import parse_document
from levee.targets.aws.iam.request import Request, identity
from levee_infra.program import provision
from levee_infra.providers.protocol.kind import Declaration, Naming
from levee_infra.providers.protocol.properties import decode
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.connection import AwsConnection
from levee_infra.targets.aws.platform import KINDS
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws_outputs import KEY, PLACE, outputs
from tests.support.aws_stack import CHECKOUT, AwsStack
from tests.support.recorder import Recorder, record

CLUSTER = f"arn:aws:kafka:{PLACE}:cluster/logs/1234abcd-12ab-34cd-56ef-1234567890ab-2"
PASSWORD = "hunter2hunter2"
PREFIX = "AmazonMSK_levee/test/"
LOGS = """\
  - service: checkout-logs
    kind: cloudwatch-logs
    log_group: /ecs/checkout
"""
CARRIER = """\
  checkout-logs:
    rotate_every: 90d
    assumed_by: ecs-tasks.amazonaws.com
"""

SECRET, ROLE = type_tokens.AWS_SECRET, type_tokens.AWS_ROLE
CREDENTIAL = type_tokens.KAFKA_SERVICE_CREDENTIAL
TOPIC = "kafka:index/topic:Topic"
SERVICES = ("checkout-logs", "detection-engine", "orders-api", "orders-operator", "siem-shipper")


def recorded(project: Path, *, on_msk: bool) -> Recorder:
    stack = AwsStack(project, AwsApi("http://127.0.0.1:1", project / "aws" / "credentials"))
    stack.edit(stack.orders, "consumers:\n", LOGS + "consumers:\n")
    stack.edit(stack.stack, "services:\n", f"services:\n{CARRIER}")
    if on_msk:
        stack.in_aws(f"cluster_arn: {CLUSTER}")
        stack.edit(stack.stack, "  brokers: 3\n", "  brokers: 3\n  policy: {organization: o-a1b2c3d4e5}\n")
    for file, text in {"certs/ca.pem": "-----BEGIN CERTIFICATE-----\n", "secrets/admin.password": PASSWORD}.items():
        (project / file).parent.mkdir()
        (project / file).write_text(text)
    plan = stack.plan()
    return record(lambda: provision(plan, project), outputs)


@pytest.fixture(scope="module")
def msk(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    """Registered on an MSK cluster."""
    return recorded(tmp_path_factory.mktemp("msk"), on_msk=True)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    """Registered on brokers of one's own."""
    return recorded(tmp_path_factory.mktemp("elsewhere"), on_msk=False)


def of_aws(recorder: Recorder) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for token, name in recorder.requests:
        if token.startswith("levee:aws:"):
            yield token, name, recorder.inputs(token, name)


def shape(recorder: Recorder) -> dict[str, tuple[str, bool]]:
    """The resources in AWS, with the name of their parent, and whether they are protected."""
    return {
        f"{token.rpartition(':')[2]} {name}": (request.parent.rpartition("::")[2], request.protect)
        for (token, name), request in recorder.requests.items()
        if token.startswith("levee:aws:")
    }


IN_ANY_ACCOUNT: dict[str, tuple[str, bool]] = {
    "Key stack-key": ("levee-test", False),
    **{f"Secret {service}.g1": ("levee-test", False) for service in SERVICES},
    "Role orders-api": ("levee-test", False),
    "Role checkout-logs": ("levee-test", False),
    "Role detection-engine": ("levee-test", False),
    "ArchiveBucket orders": ("orders", True),
    "DataStream orders.checkout-logs": ("orders", True),
    "Role orders.checkout-logs.delivery": ("orders", False),
    "LogSubscription orders.checkout-logs": ("orders", False),
    "Alarm levee-test-orders-silence": ("orders", False),
    "Alarm levee-test-orders-lag-detection-engine": ("orders", False),
}
ON_MSK: dict[str, tuple[str, bool]] = {
    "ScramAssociation users": ("levee-test", False),
    "ClusterPolicy cluster-policy": ("levee-test", False),
}


def test_each_thing_is_below_whose_it_is_and_what_holds_data_is_protected(msk: Recorder, elsewhere: Recorder) -> None:
    assert shape(elsewhere) == IN_ANY_ACCOUNT
    assert shape(msk) == IN_ANY_ACCOUNT | ON_MSK


def test_a_service_has_no_parent_and_a_stream_with_parts_has_one_and_both_are_found_elsewhere(msk: Recorder) -> None:
    before = "urn:pulumi:test::levee::"
    found = {key: [alias.urn for alias in request.aliases] for key, request in msk.requests.items() if request.aliases}
    of_service = [
        *((SECRET, f"{service}.g1") for service in SERVICES),
        *((CREDENTIAL, service) for service in SERVICES),
    ]
    of_service += [(ROLE, service) for service in ("orders-api", "checkout-logs", "detection-engine")]
    assert found == {
        (TOPIC, "orders"): [f"{before}{TOPIC}::orders"],
        **{(token, name): [f"{before}levee:index:ServiceCredential${token}::{name}"] for token, name in of_service},
    }
    assert msk.requests[TOPIC, "orders"].parent.endswith("levee:index:LogStream::orders")


def test_a_password_has_its_place_first_and_is_associated_last(msk: Recorder) -> None:
    def needs(token: str, name: str) -> set[str]:
        return {urn.rpartition("::")[2] for urn in msk.requests[token, name].dependencies}

    assert needs(CREDENTIAL, "orders-api") == {"orders-api.g1", "orders"}
    assert needs(CREDENTIAL, "checkout-logs") == {"checkout-logs.g1", "orders", "orders.checkout-logs.checkpoints"}
    assert needs(ROLE, "orders-api") == {"stack-key", "orders"}
    assert set(SERVICES) <= needs(type_tokens.AWS_SCRAM_ASSOCIATION, "users")
    arns = msk.inputs(type_tokens.AWS_SCRAM_ASSOCIATION, "users")["secretArns"]
    assert sorted(arns) == sorted(f"arn:aws:secretsmanager:{PLACE}:secret:{PREFIX}{one}.g1-AbCdEf" for one in SERVICES)
    assert needs(SECRET, "orders-api.g1") == {"stack-key"}


def test_the_providers_are_told_the_account_and_whose_users_they_are(msk: Recorder, elsewhere: Recorder) -> None:
    for recorder, users in ((msk, "external"), (elsewhere, None)):
        config = {name: json.loads(text) for name, text in _provider(recorder).items() if text.startswith("{")}
        assert (config["aws"]["account"], config["aws"]["region"]) == (ACCOUNT, REGION)
        assert config["kafka"].get("users") == users
        store = recorder.inputs(CREDENTIAL, "orders-api")["secretStore"]
        assert (store["kind"], store["prefix"], store["account"]) == ("secrets-manager", PREFIX, ACCOUNT)


def _provider(recorder: Recorder) -> dict[str, str]:
    inputs = recorder.inputs("pulumi:providers:levee", "levee")
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in inputs.items()}


def test_no_registration_holds_a_password(msk: Recorder, elsewhere: Recorder) -> None:
    for recorder in (msk, elsewhere):
        registered = json.dumps([recorder.inputs(*each) for each in recorder.requests])
        assert PASSWORD not in registered
        assert "secrets/admin.password" in registered


async def test_the_provider_takes_everything_that_is_registered(msk: Recorder, elsewhere: Recorder) -> None:
    kinds = {kind.token: kind(Api(AwsConnection(ACCOUNT, REGION)), SYSTEM_CLOCK) for kind in KINDS}
    for recorder in (msk, elsewhere):
        for token, name, _ in of_aws(recorder):
            inputs = decode(recorder.requests[token, name].object)
            await kinds[token].check(Declaration(inputs, {}, Naming(name)))


def test_everything_tells_whose_it_is(msk: Recorder) -> None:
    for token, name, inputs in of_aws(msk):
        if not next(kind for kind in KINDS if kind.token == token).has_tags:
            continue
        tags = inputs["tags"]
        identity_tags = {"levee:managed-by": "levee", "levee:stack": "test", "levee:resource": name}
        assert {tag: tags.get(tag) for tag in identity_tags} == identity_tags
        assert tags["levee:owner"]
        if msk.requests[token, name].parent.endswith("LogStream::orders"):
            assert (tags["levee:stream"], tags["levee:class"]) == ("orders", "audit")


def test_an_archive_is_locked_for_as_long_as_it_is_kept(elsewhere: Recorder) -> None:
    bucket = elsewhere.inputs(type_tokens.AWS_ARCHIVE_BUCKET, "orders")
    assert (bucket["retentionDays"], bucket["expireAfterDays"], bucket["keyArn"]) == (400, 400, KEY)
    assert (bucket["standardIaAfterDays"], bucket["glacierAfterDays"]) == (30, 90)


def document(recorder: Recorder, token: str, name: str, part: str = "policy") -> Document:
    return parse_document(recorder.inputs(token, name)[part])


def test_every_policy_is_one_that_levee_reads(msk: Recorder) -> None:
    found = [(inputs[part], part) for _, _, inputs in of_aws(msk) for part in ("policy", "trust") if part in inputs]
    assert len(found) == 11
    for text, _ in found:
        assert parse_document(text).statements
        assert "??????" not in text or "secret:" in text


def allows(recorder: Recorder, service: str, action: str, resource: str, **context: str) -> bool:
    """Whether the role of a service may, by its own policy and the key's."""
    role = f"arn:aws:iam::{ACCOUNT}:role/levee/test-{service}"
    request = Request(
        action=action,
        resource=resource,
        principal=identity(role),
        account=ACCOUNT,
        region=REGION,
        context={f"kms:{name}": (value,) for name, value in context.items()},
    )
    own = document(recorder, ROLE, service)
    of_key = document(recorder, type_tokens.AWS_KEY, "stack-key") if action.startswith("kms:") else None
    return evaluate(request, Policies(identity=[own], resource=of_key)).allowed


def test_a_role_reads_its_own_secrets_only(msk: Recorder, elsewhere: Recorder) -> None:
    for recorder in (msk, elsewhere):
        for reader in ("orders-api", "detection-engine"):
            for owner in SERVICES:
                secret = f"arn:aws:secretsmanager:{PLACE}:secret:{PREFIX}{owner}.g1-AbCdEf"
                assert allows(recorder, reader, "secretsmanager:GetSecretValue", secret) is (reader == owner)
                assert not allows(recorder, reader, "secretsmanager:PutSecretValue", secret)
            almost = f"arn:aws:secretsmanager:{PLACE}:secret:{PREFIX}{reader}.g11-AbCdEf"
            assert not allows(recorder, reader, "secretsmanager:GetSecretValue", almost)


@pytest.mark.parametrize("service", ["orders-api", "detection-engine"])
def test_the_key_opens_by_secrets_manager_only(msk: Recorder, service: str) -> None:
    via = {"CallerAccount": ACCOUNT, "ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
    assert allows(msk, service, "kms:Decrypt", KEY, **via)
    assert not allows(msk, service, "kms:Decrypt", KEY, CallerAccount=ACCOUNT)
    assert not allows(msk, service, "kms:Decrypt", KEY, **{**via, "ViaService": f"s3.{REGION}.amazonaws.com"})
    assert not allows(msk, service, "kms:ScheduleKeyDeletion", KEY)


def test_on_msk_a_writer_can_not_read_and_a_reader_can_not_write(msk: Recorder) -> None:
    topic = f"{CLUSTER.replace(':cluster/', ':topic/')}/eu.orders.audit.v1"
    may = {
        (service, action): allows(msk, service, f"kafka-cluster:{action}", topic)
        for service in ("orders-api", "detection-engine")
        for action in ("WriteData", "ReadData", "DeleteTopic", "AlterTopic")
    }
    assert {each for each, allowed in may.items() if allowed} == {
        ("orders-api", "WriteData"),
        ("detection-engine", "ReadData"),
    }
    assert not allows(msk, "orders-api", "kafka-cluster:WriteData", topic.replace("orders", "payments"))


def test_logs_are_delivered_to_their_own_data_stream_only(msk: Recorder) -> None:
    name = "orders.checkout-logs"
    subscription = msk.inputs(type_tokens.AWS_LOG_SUBSCRIPTION, name)
    own = document(msk, ROLE, f"{name}.delivery")
    (deliver,) = [statement for statement in own.statements if "kinesis:PutRecord" in statement.actions]
    assert deliver.resources == (subscription["destinationArn"],)
    assert subscription["roleArn"].endswith(f"role/levee/test.{name}-delivery")
    assert subscription["logGroup"] == "/ecs/checkout"


def test_what_drains_the_data_stream_reads_it_and_keeps_how_far_it_has_come(msk: Recorder, elsewhere: Recorder) -> None:
    own = f"arn:aws:kinesis:{PLACE}:stream/test.orders.checkout-logs"
    topics = CLUSTER.replace(":cluster/", ":topic/")
    checkpoints = "levee.checkpoints.test.orders.checkout-logs"
    for recorder in (msk, elsewhere):
        via = {"CallerAccount": ACCOUNT, "ViaService": f"kinesis.{REGION}.amazonaws.com"}
        assert allows(recorder, "checkout-logs", "kinesis:GetRecords", own)
        assert allows(recorder, "checkout-logs", "kms:Decrypt", KEY, **via)
        assert not allows(recorder, "orders-api", "kinesis:GetRecords", own)
        assert not allows(recorder, "orders-api", "kms:Decrypt", KEY, **via)
        kept = recorder.inputs(TOPIC, "orders.checkout-logs.checkpoints")
        assert (kept["name"], kept["partitions"], kept["config"]["cleanup.policy"]) == (checkpoints, 1, "compact")
        acls = recorder.inputs(CREDENTIAL, "checkout-logs")["acls"]
        assert {(acl["name"], acl["operation"]) for acl in acls} == {
            *((checkpoints, operation) for operation in ("Read", "Write", "Describe")),
            *(("eu.orders.audit.v1", operation) for operation in ("Write", "Describe")),
            *(("test.orders.checkout-logs", operation) for operation in ("Write", "Describe")),
        }
    assert allows(msk, "checkout-logs", "kafka-cluster:ReadData", f"{topics}/{checkpoints}")
    assert not allows(msk, "checkout-logs", "kafka-cluster:ReadData", f"{topics}/eu.orders.audit.v1")


@pytest.mark.parametrize("let_go", [False, True])
def test_what_retires_is_deleted_or_let_go_of_as_its_entry_says(tmp_path: Path, *, let_go: bool) -> None:
    stack = AwsStack(tmp_path, AwsApi("http://127.0.0.1:1", tmp_path / "credentials")).with_logs()
    entry = "{on: 2026-11-21, approved_by: dpo, reason: replaced by another stream, ticket: G-1"
    stack.add(stack.orders, f"retire: {entry}{', let_go: true' if let_go else ''}}}\n")
    stack.add(stack.stack, f"retire: {entry}}}\n")
    for file in ("certs/ca.pem", "secrets/admin.password"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text("-----BEGIN CERTIFICATE-----\n")
    plan = stack.plan()
    recorder = record(lambda: provision(plan, tmp_path), outputs)

    deletion = {"on": "2026-11-21", "approvedBy": "dpo", "ticket": "G-1"}
    of_stream = (
        (type_tokens.AWS_ARCHIVE_BUCKET, "orders"),
        (type_tokens.AWS_DATA_STREAM, f"orders.{CHECKOUT}"),
    )
    approved = [recorder.inputs(*each).get("deletion") for each in of_stream]
    assert approved == [None if let_go else deletion] * 2
    assert recorder.inputs(type_tokens.AWS_KEY, "stack-key")["deletion"] == deletion
    topics = ("orders", f"orders.{CHECKOUT}.checkpoints")
    kept = [recorder.inputs(TOPIC, name).get("onRemoval") for name in topics]
    assert kept == ["let-go" if let_go else None] * 2
    assert not any(recorder.requests[each].protect for each in of_stream)


def test_acknowledgements_reach_the_things_that_they_may_be_of(tmp_path: Path) -> None:
    stack = AwsStack(tmp_path, AwsApi("http://127.0.0.1:1", tmp_path / "credentials")).with_logs()
    terms = "until: 2026-11-30, approved_by: dpo, reason: agreed with its owner, ticket: G-1"
    stack.add(stack.orders, f"approve: [{{change: recreated, identity: of-the-stream, {terms}}}]\n")
    stack.add(stack.stack, f"approve: [{{change: recreated, identity: of-the-stack, {terms}}}]\n")
    for file in ("certs/ca.pem", "secrets/admin.password"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text("-----BEGIN CERTIFICATE-----\n")
    plan = stack.plan()
    recorder = record(lambda: provision(plan, tmp_path), outputs)
    found = {
        (token.rpartition(":")[2], name): recorder.inputs(token, name).get("acknowledgedIds")
        for token, name in recorder.requests
        if token in {ROLE, SECRET, type_tokens.AWS_ARCHIVE_BUCKET, type_tokens.AWS_DATA_STREAM}
    }
    of_stream = {("ArchiveBucket", "orders"), ("DataStream", f"orders.{CHECKOUT}")}
    of_stream.add(("Role", f"orders.{CHECKOUT}.delivery"))
    assert {key for key, ids in found.items() if ids == ["of-the-stream"]} == of_stream
    assert {key for key, ids in found.items() if ids == ["of-the-stack"]} == found.keys() - of_stream
