"""What brings a log group's events: named without ambiguity, and nobody else's business."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.model.acl import AclOperation, ResourceType
from levee.plan.carriers import carrier_name
from levee.plan.planned import Plan
from levee.targets.pending import pending
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws_stack import AwsStack

LOGS = """\
  - service: checkout-logs
    kind: cloudwatch-logs
"""
GROUP = "    log_group: /ecs/checkout\n"
CHECKPOINTS = "levee.checkpoints.test.orders.checkout-logs"


@pytest.fixture
def stack(tmp_path: Path) -> AwsStack:
    return AwsStack(tmp_path, AwsApi("http://127.0.0.1:1", tmp_path / "aws" / "credentials"))


def carried(stack: AwsStack) -> Plan:
    stack.edit(stack.orders, "consumers:\n", LOGS + GROUP + "consumers:\n")
    return stack.plan()


def test_a_log_group_has_a_carrier_with_a_topic_of_its_own(stack: AwsStack) -> None:
    plan = carried(stack)
    (carrier,) = plan.carriers
    assert (carrier.stream, carrier.topic, carrier.name) == (
        "orders",
        "eu.orders.audit.v1",
        "test.orders.checkout-logs",
    )
    kept = carrier.checkpoints
    assert (kept.name, kept.partitions, kept.replication, kept.protected) == (CHECKPOINTS, 1, 3, False)
    assert dict(kept.settings) == {
        "cleanup.policy": "compact",
        "compression.type": "producer",
        "delete.retention.ms": "86400000",
        "file.delete.delay.ms": "60000",
        "max.compaction.lag.ms": "9223372036854775807",
        "max.message.bytes": "1048588",
        "message.timestamp.after.max.ms": "3600000",
        "message.timestamp.before.max.ms": "9223372036854775807",
        "message.timestamp.type": "CreateTime",
        "min.cleanable.dirty.ratio": "0.5",
        "min.compaction.lag.ms": "0",
        "min.insync.replicas": "2",
        "segment.bytes": "1073741824",
        "segment.ms": "604800000",
        "unclean.leader.election.enable": "false",
    }
    assert kept.name not in {topic.name for topic in plan.topics}
    assert "checkout-logs" not in str(pending(plan))


def test_who_takes_a_stream_over_with_its_records_takes_its_checkpoints_too(stack: AwsStack) -> None:
    assert [carrier.checkpoints.may_adopt for carrier in carried(stack).carriers] == [False]
    terms = "on: 2026-01-01, approved_by: owner@example.com, reason: The state of the stack was lost., ticket: OPS-1"
    stack.edit(stack.orders, "consumers:\n", f"adopt: {{{terms}}}\nconsumers:\n")
    assert [carrier.checkpoints.may_adopt for carrier in stack.plan().carriers] == [True]


def test_its_service_reads_its_checkpoints_and_not_its_stream(stack: AwsStack) -> None:
    (credential,) = (each for each in carried(stack).credentials if each.service == "checkout-logs")
    may = {(acl.resource_type, acl.pattern.name, acl.operation) for acl in credential.acls}
    both, topic = (AclOperation.WRITE, AclOperation.DESCRIBE), ResourceType.TOPIC
    assert may == {
        *((topic, "eu.orders.audit.v1", operation) for operation in both),
        *((topic, CHECKPOINTS, operation) for operation in (*both, AclOperation.READ)),
        *((ResourceType.TRANSACTIONAL_ID, "test.orders.checkout-logs", operation) for operation in both),
    }


def test_a_log_service_that_names_no_group_is_said_to_bring_nothing(stack: AwsStack) -> None:
    stack.edit(stack.orders, "consumers:\n", LOGS + "consumers:\n")
    plan = stack.plan()
    assert plan.carriers == ()
    assert [each.what for each in pending(plan) if "checkout-logs" in each.what] == [
        "the source checkout-logs is checked; levee brings no events of it to the topic"
    ]


def test_no_two_of_them_are_one() -> None:
    assert carrier_name("prod", "a-b", "c") != carrier_name("prod", "a", "b-c")


@pytest.mark.parametrize(
    ("declared", "caller"),
    [
        ("", "log-group:/ecs/checkout:*"),
        (f"    trust: {{source_arn: 'arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/*'}}\n", "log-group:/ecs/*"),
    ],
)
def test_only_its_log_group_delivers_where_nothing_else_is_said(stack: AwsStack, declared: str, caller: str) -> None:
    stack.edit(stack.orders, "consumers:\n", LOGS + GROUP + declared + "consumers:\n")
    plan = stack.plan()
    trust = plan.carriers[0].source.trust
    assert trust is not None
    assert (trust.source_account, trust.source_arn) == (ACCOUNT, f"arn:aws:logs:{REGION}:{ACCOUNT}:{caller}")
    assert plan.carriers[0].source in [planned.source for planned in plan.sources]
