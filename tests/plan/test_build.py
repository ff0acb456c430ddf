"""What a declaration comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from levee.model.acl import Acl, AclOperation, ResourceType
from levee.model.name import NamePattern, PatternType
from levee.plan.build import build_plan
from levee.plan.planned import HopKind, Plan, PlannedCredential
from levee.targets.pending import pending
from tests.support.stack_files import StackFiles

TODAY = date(2026, 11, 21)
ORDERS = NamePattern("eu.orders.audit.v1")
RETIRE = """
retire:
  on: 2026-12-01
  approved_by: auditor@example.com
  reason: The order system is shut down for good.
  ticket: OPS-1
"""


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


def plan_of(files: StackFiles, as_of: date = TODAY) -> Plan:
    return build_plan(files.load(), as_of)


def credential(plan: Plan, service: str) -> PlannedCredential:
    return next(each for each in plan.credentials if each.service == service)


def test_a_writer_writes_and_describes_its_topic_and_its_transactional_ids_only(files: StackFiles) -> None:
    own = NamePattern("orders-api-", PatternType.PREFIXED)
    assert set(credential(plan_of(files), "orders-api").acls) == {
        Acl(ResourceType.TOPIC, ORDERS, AclOperation.WRITE),
        Acl(ResourceType.TOPIC, ORDERS, AclOperation.DESCRIBE),
        Acl(ResourceType.TRANSACTIONAL_ID, own, AclOperation.WRITE),
        Acl(ResourceType.TRANSACTIONAL_ID, own, AclOperation.DESCRIBE),
    }


def test_a_writer_without_transactions_has_no_transactional_id(files: StackFiles) -> None:
    files.edit(files.orders, "    transactional_ids: [orders-api-*]\n", "")
    kinds = {acl.resource_type for acl in credential(plan_of(files), "orders-api").acls}
    assert kinds == {ResourceType.TOPIC}


def test_a_reader_reads_its_topic_and_its_own_groups_only(files: StackFiles) -> None:
    assert set(credential(plan_of(files), "detection-engine").acls) == {
        Acl(ResourceType.TOPIC, ORDERS, AclOperation.READ),
        Acl(ResourceType.TOPIC, ORDERS, AclOperation.DESCRIBE),
        Acl(ResourceType.GROUP, NamePattern("detection-engine"), AclOperation.READ),
    }


def test_a_manager_reconfigures_and_neither_reads_nor_writes(files: StackFiles) -> None:
    operations = {acl.operation for acl in credential(plan_of(files), "orders-operator").acls}
    assert operations == {
        AclOperation.CREATE,
        AclOperation.DELETE,
        AclOperation.ALTER,
        AclOperation.ALTER_CONFIGS,
        AclOperation.DESCRIBE,
        AclOperation.DESCRIBE_CONFIGS,
    }


def test_a_service_in_several_streams_has_one_credential(files: StackFiles) -> None:
    files.add(files.stream("refunds"), "sources: [{service: orders-api, kind: application}]\n")
    topics = {acl.pattern.name for acl in credential(plan_of(files), "orders-api").acls if acl.resource_type == "topic"}
    assert topics == {"eu.orders.audit.v1", "eu.refunds.v1"}


def test_safe_settings_are_written_out_so_that_no_broker_default_decides(files: StackFiles) -> None:
    (topic,) = plan_of(files).topics
    assert dict(topic.settings) == {
        "cleanup.policy": "delete",
        "compression.type": "zstd",
        "file.delete.delay.ms": "60000",
        "max.message.bytes": "1048588",
        "message.timestamp.after.max.ms": "3600000",
        "message.timestamp.before.max.ms": "9223372036854775807",
        "message.timestamp.type": "CreateTime",
        "min.insync.replicas": "2",
        "retention.bytes": "-1",
        "retention.ms": "7776000000",
        "segment.bytes": "1073741824",
        "segment.ms": "604800000",
        "unclean.leader.election.enable": "false",
    }
    assert dict(topic.effective) == {"remote.storage.enable": "false"}


def test_an_unregulated_topic_takes_the_rest_from_its_brokers(files: StackFiles) -> None:
    files.stream("debug")
    (topic, _) = plan_of(files).topics
    assert dict(topic.settings).keys() == {
        "cleanup.policy",
        "min.insync.replicas",
        "retention.ms",
        "unclean.leader.election.enable",
    }
    assert topic.effective == ()


@pytest.mark.parametrize(("as_of", "protected"), [(date(2026, 11, 30), True), (date(2026, 12, 1), False)])
def test_a_regulated_stream_is_protected_until_the_day_it_retires(
    files: StackFiles, as_of: date, protected: bool
) -> None:
    (topic,) = plan_of(files.add(files.orders, RETIRE), as_of).topics
    assert topic.protected is protected


def test_an_unregulated_stream_is_not_protected(files: StackFiles) -> None:
    files.stream("debug")
    assert [topic.protected for topic in plan_of(files).topics] == [False, True]


@pytest.mark.parametrize(
    ("generation", "previous", "users"),
    [
        (1, "valid", ("siem-shipper.g1",)),
        (2, "valid", ("siem-shipper.g1", "siem-shipper.g2")),
        (2, "revoked", ("siem-shipper.g2",)),
        (5, "valid", ("siem-shipper.g4", "siem-shipper.g5")),
    ],
)
def test_a_raised_generation_overlaps_with_the_one_before(
    files: StackFiles, generation: int, previous: str, users: tuple[str, ...]
) -> None:
    files.edit(
        files.stack, "    owner: security-team\n",
        f"    owner: security-team\n    generation: {generation}\n    previous: {previous}\n",
    )  # fmt: skip
    assert credential(plan_of(files), "siem-shipper").usernames == users


def test_hops_without_a_place_lie_in_the_stacks_own(files: StackFiles) -> None:
    files.edit(files.orders, "    kind: application\n", "    kind: application\n    region: eu-central-1\n")
    (flow,) = plan_of(files).flows
    assert [(hop.kind, hop.account, hop.region) for hop in flow.hops] == [
        (HopKind.SOURCE, "local", "eu-central-1"),
        (HopKind.TOPIC, "local", "eu-west-1"),
        (HopKind.CONSUMER, "local", "eu-west-1"),
    ]


def test_what_is_declared_and_not_provisioned_is_said(files: StackFiles) -> None:
    files.on_ibm().add(files.orders, "filter: \"<v1> $d.severity == 'ERROR'\"\n")
    (waiting,) = pending(plan_of(files))
    assert (waiting.stream, waiting.origin.path) == ("orders", ("filter",))
    assert waiting.what == "the filter is checked and not provisioned yet"


def test_equal_declarations_give_equal_plans(files: StackFiles, tmp_path: Path) -> None:
    files.stream("a-first")
    spec = files.load()
    assert build_plan(spec, TODAY) == build_plan(replace(spec), TODAY)
    assert [topic.stream for topic in build_plan(spec, TODAY).topics] == ["a-first", "orders"]


@pytest.mark.parametrize(
    ("more", "as_of", "expected"),
    [
        ("", date(2026, 12, 1), (False, False)),
        ("  let_go: true\n", date(2026, 12, 1), (False, True)),
        ("  let_go: true\n", date(2026, 11, 30), (True, False)),
        ("  let_go: false\n", date(2026, 12, 1), (False, False)),
    ],
)
def test_a_stream_is_let_go_of_from_the_day_of_its_entry_on(
    files: StackFiles, more: str, as_of: date, expected: tuple[bool, bool]
) -> None:
    files.add(files.orders, RETIRE + more)
    (topic,) = plan_of(files, as_of).topics
    assert (topic.protected, topic.let_go) == expected


def test_what_was_made_anew_is_acknowledged_by_the_stream_or_the_stack_it_is_of(files: StackFiles) -> None:
    terms = "until: 2026-11-30, approved_by: dpo, reason: agreed with its owner, ticket: G-1"
    entry = "approve: [{{change: recreated, identity: '{}', {}}}]\n"
    files.add(files.orders, entry.format("arn:aws:s3:::b@anew", terms))
    files.add(files.stack, entry.format("arn:aws:iam::123456789012:role/levee/r@AROA2", terms))
    plan, later = plan_of(files), plan_of(files, date(2026, 12, 1))
    assert (plan.topics[0].acknowledged, later.topics[0].acknowledged) == (("arn:aws:s3:::b@anew",), ())
    assert (plan.acknowledged, later.acknowledged) == (("arn:aws:iam::123456789012:role/levee/r@AROA2",), ())


@pytest.mark.parametrize(("as_of", "may"), [(date(2026, 11, 30), False), (date(2026, 12, 1), True)])
def test_an_approved_adoption_holds_from_its_day_on(files: StackFiles, as_of: date, may: bool) -> None:
    files.add(files.orders, RETIRE.replace("retire:", "adopt:"))
    topic = plan_of(files, as_of).topics[0]
    assert (topic.may_adopt, topic.delete_adopted) == (may, False)


@pytest.mark.parametrize(("as_of", "goes"), [(date(2026, 11, 30), False), (date(2026, 12, 1), True)])
def test_an_adopted_topic_goes_by_a_retirement_that_names_it(files: StackFiles, as_of: date, goes: bool) -> None:
    files.add(files.orders, RETIRE + "  deletes: eu.orders.audit.v1\n")
    assert plan_of(files, as_of).topics[0].delete_adopted is goes
    files.edit(files.orders, "  deletes: eu.orders.audit.v1\n", "")
    assert plan_of(files, as_of).topics[0].delete_adopted is False


def test_the_owner_is_the_project_and_the_stack(files: StackFiles) -> None:
    assert plan_of(files).qualified_stack == f"levee/{plan_of(files).stack}"
    (files.project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    assert plan_of(files).qualified_stack == f"shop/{plan_of(files).stack}"
