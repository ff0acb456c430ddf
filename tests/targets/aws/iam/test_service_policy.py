"""What a service's role may do on a cluster: each role by each action, and nothing beside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from levee.model.acl import AclOperation, ResourceType
from levee.model.name import NamePattern
from levee.model.role import Role
from levee.plan.build import build_plan
from levee.targets.aws.actions import AWS_ROLES
from levee.targets.aws.iam.arn import ClusterArn
from levee.targets.aws.iam.document import Document
from levee.targets.aws.iam.evaluate import Outcome, Policies, evaluate
from levee.targets.aws.iam.key_policy import key_policy
from levee.targets.aws.iam.parsing import parse_document
from levee.targets.aws.iam.service_policy import READ_DATA_STREAM, service_policy
from tests.support.aws_request import ACCOUNT, CLUSTER, KEY, REGION, ROLE, SECRET, only, request
from tests.support.stack_files import StackFiles
from tests.targets.aws.test_actions import TABLE

KINDS = {"cluster": "cluster", "topic": "topic", "group": "group", "transactional_id": "transactional-id"}
ELSEWHERE = [
    replace(CLUSTER, name="other"),
    replace(CLUSTER, uuid="5678abcd-12ab-34cd-56ef-1234567890ab-5"),
    replace(CLUSTER, account="210987654321"),
    replace(CLUSTER, region="eu-central-1"),
]


@dataclass(frozen=True)
class Grant:
    role: Role
    topics: tuple[NamePattern, ...] = ()
    groups: tuple[NamePattern, ...] = ()
    transactional_ids: tuple[NamePattern, ...] = ()


def granted(role: Role, pattern: str) -> Document:
    """The policy of a service with this role on topics, groups and transactional ids of one pattern."""
    names = (NamePattern.parse(pattern),)
    return service_policy([Grant(role, names, names, names)], CLUSTER)


def resource(kind: str, name: str, cluster: ClusterArn = CLUSTER) -> str:
    pattern = NamePattern(name)
    match kind:
        case "cluster":
            return str(cluster)
        case "topic":
            return cluster.topic(pattern)
        case "group":
            return cluster.group(pattern)
    return cluster.transactional_id(pattern)


def outcome(document: Document, action: str, arn: str, account: str = ACCOUNT) -> Outcome:
    return evaluate(request(f"kafka-cluster:{action}", arn, account=account), only(document)).outcome


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("pattern", ["eu.orders.v1", "eu.orders.*"])
def test_each_role_by_each_action(role: Role, pattern: str) -> None:
    document = granted(role, pattern)
    for action, kind in product(["Connect", "DescribeCluster", "AlterCluster", *TABLE], KINDS):
        held = f"kafka-cluster:{action}" in getattr(AWS_ROLES[role], kind)
        found = outcome(document, action, resource(kind, "eu.orders.v1"))
        assert found is (Outcome.ALLOWED if held else Outcome.DENIED_IMPLICITLY), (action, kind)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("pattern", "name"),
    [("eu.orders.v1", "eu.orders.v2"), ("eu.orders.v1", "eu.orders"), ("eu.orders.*", "eu.ordersx")],
)
def test_no_role_reaches_another_name(role: Role, pattern: str, name: str) -> None:
    document = granted(role, pattern)
    for action, kind in product(TABLE, ("topic", "group", "transactional_id")):
        assert outcome(document, action, resource(kind, name)) is Outcome.DENIED_IMPLICITLY


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("cluster", ELSEWHERE, ids=["name", "incarnation", "account", "region"])
def test_no_role_reaches_another_cluster(role: Role, cluster: ClusterArn) -> None:
    document = granted(role, "eu.orders.*")
    for action, kind in product(["Connect", *TABLE], KINDS):
        arn = resource(kind, "eu.orders.v1", cluster)
        assert outcome(document, action, arn, cluster.account) is Outcome.DENIED_IMPLICITLY


def test_a_writer_can_not_read_and_a_reader_can_not_write() -> None:
    topic = resource("topic", "eu.orders.v1")
    assert outcome(granted(Role.WRITER, "eu.orders.v1"), "WriteData", topic) is Outcome.ALLOWED
    assert outcome(granted(Role.WRITER, "eu.orders.v1"), "ReadData", topic) is Outcome.DENIED_IMPLICITLY
    assert outcome(granted(Role.READER, "eu.orders.v1"), "ReadData", topic) is Outcome.ALLOWED
    assert outcome(granted(Role.READER, "eu.orders.v1"), "WriteData", topic) is Outcome.DENIED_IMPLICITLY


def test_a_prefix_is_as_wide_as_the_acl_and_no_wider() -> None:
    document = granted(Role.WRITER, "eu.orders.*")
    assert outcome(document, "WriteData", resource("topic", "eu.orders.audit.v1")) is Outcome.ALLOWED
    assert outcome(document, "WriteData", resource("topic", "eu.order")) is Outcome.DENIED_IMPLICITLY


def test_roles_of_one_service_stay_apart() -> None:
    reader = Grant(Role.READER, (NamePattern("in.v1"),), (NamePattern("mover"),))
    writer = Grant(Role.WRITER, (NamePattern("out.v1"),))
    document = service_policy([reader, writer], CLUSTER)
    allowed = {
        (action, name)
        for action, name in product(("ReadData", "WriteData"), ("in.v1", "out.v1"))
        if outcome(document, action, resource("topic", name)) is Outcome.ALLOWED
    }
    assert allowed == {("ReadData", "in.v1"), ("WriteData", "out.v1")}
    assert outcome(document, "WriteDataIdempotently", str(CLUSTER)) is Outcome.ALLOWED
    assert service_policy([writer, reader], CLUSTER) == document
    assert parse_document(document.compact()) == document


def test_a_plans_roles_may_exactly_what_its_acls_allow(tmp_path: Path) -> None:
    plan = build_plan(StackFiles(tmp_path).load(), date(2026, 11, 21))
    by_acl = {(ResourceType[kind.upper()], operation): action for action, (kind, operation, _) in TABLE.items()}
    for credential in plan.credentials:
        document = service_policy(credential.grants, CLUSTER)
        patterns = {(acl.resource_type, acl.pattern) for acl in credential.acls}
        allowed = {
            (kind, pattern, operation)
            for kind, pattern in patterns
            for (about, operation), action in by_acl.items()
            if about is kind and outcome(document, action, resource(kind.name.lower(), pattern.name)) is Outcome.ALLOWED
        }
        wanted = {(acl.resource_type, acl.pattern, acl.operation) for acl in credential.acls}
        # Kafka implies Describe in Read; MSK wants it said.
        wanted |= {(kind, pattern, AclOperation.DESCRIBE) for kind, pattern in patterns}
        assert allowed == wanted, credential.service
    assert {grant.role for credential in plan.credentials for grant in credential.grants} == set(Role)


def test_no_grant_is_no_statement() -> None:
    assert service_policy([], CLUSTER).statements == ()


def test_the_service_reads_its_own_secret_by_secrets_manager_only() -> None:
    document = service_policy([], CLUSTER, [SECRET], key_arn=KEY)
    key = key_policy(ACCOUNT, REGION, [f"arn:aws:iam::{ACCOUNT}:role/admin"], [ROLE])
    policies = Policies(identity=(document,), resource=key)
    via: Any = {"kms__ViaService": (f"secretsmanager.{REGION}.amazonaws.com",), "kms__CallerAccount": (ACCOUNT,)}
    assert evaluate(request("kms:Decrypt", KEY, **via), policies).allowed
    assert not evaluate(request("kms:Decrypt", KEY, kms__CallerAccount=(ACCOUNT,)), policies).allowed
    assert evaluate(request("secretsmanager:GetSecretValue", SECRET), only(document)).allowed
    for action, arn in (("PutSecretValue", SECRET), ("GetSecretValue", SECRET.replace("orders-api", "other"))):
        found = evaluate(request(f"secretsmanager:{action}", arn), only(document))
        assert found.outcome is Outcome.DENIED_IMPLICITLY


def test_a_carrier_reads_its_own_data_stream_and_no_other() -> None:
    own = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/test.orders.checkout-logs"
    document = service_policy([], CLUSTER, [SECRET], [own], KEY)
    for action in READ_DATA_STREAM:
        assert evaluate(request(action, own), only(document)).allowed, action
        assert not evaluate(request(action, own.replace("orders", "others")), only(document)).allowed
    for action in ("PutRecord", "DeleteStream", "MergeShards", "DecreaseStreamRetentionPeriod"):
        assert not evaluate(request(f"kinesis:{action}", own), only(document)).allowed, action


@pytest.mark.parametrize("used_by", [("secretsmanager",), ("kinesis",), ("secretsmanager", "kinesis")])
def test_the_key_decrypts_for_what_there_is_only(used_by: tuple[str, ...]) -> None:
    secrets = [SECRET] if "secretsmanager" in used_by else []
    streams = [f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/logs"] if "kinesis" in used_by else []
    document = service_policy([], CLUSTER, secrets, streams, KEY)
    root = f"arn:aws:iam::{ACCOUNT}:root"
    key = key_policy(ACCOUNT, REGION, [root], [root], ["secretsmanager", "kinesis"])
    policies = Policies(identity=(document,), resource=key)
    for service in ("secretsmanager", "kinesis", "s3"):
        via: Any = {"kms__ViaService": (f"{service}.{REGION}.amazonaws.com",), "kms__CallerAccount": (ACCOUNT,)}
        assert evaluate(request("kms:Decrypt", KEY, **via), policies).allowed is (service in used_by), service


@pytest.mark.parametrize(
    ("secrets", "key"),
    [
        ([SECRET.replace(REGION, "eu-central-1")], None),
        ([SECRET.replace(ACCOUNT, "210987654321")], None),
        ([SECRET.replace("arn:aws:", "arn:aws-cn:")], None),
        ([KEY], None),
        ([SECRET[:-6] + "*"], None),
        ([], KEY.replace(REGION, "us-east-1")),
        ([], SECRET),
        ([], KEY.replace(":key/", ":alias/")),
        ([], "alias/key"),
    ],
)
def test_what_lies_elsewhere_is_refused(secrets: list[str], key: str | None) -> None:
    with pytest.raises(ValueError, match=r"is not of|names more than one|by its alias|is neither an ARN"):
        service_policy([], CLUSTER, secrets, key_arn=key)
