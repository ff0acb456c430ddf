"""What may be declared of a stack on IBM Cloud: a compliant one with one thing broken."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from levee.model.name import NamePattern, PatternType
from levee.model.origin import Origin
from levee.model.role import Role
from levee.plan.build import build_plan
from levee.plan.planned import PlannedGrant
from levee.targets.ibm.access import access_policies
from levee_policies.gate import judge
from tests.support.stack_files import IBM_ACCOUNT, StackFiles, ibm_crn

TODAY = date(2026, 12, 1)
OWN, OTHER = IBM_ACCOUNT, "f" * 32

BLOCK = f"""\
ibm:
  cloud_logs: "{ibm_crn("logs")}"
  event_streams: "{ibm_crn("messagehub")}"
  plan: enterprise-3nodes-2tb
"""


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    files = StackFiles(tmp_path).comply()
    files.edit(
        files.stack,
        "target: kafka\naccount: local\nregion: eu-west-1\n",
        f"target: ibm\naccount: {OWN}\nregion: eu-de\n",
    )
    files.edit(
        files.stack,
        '["127.0.0.1:19092", "broker-2.example.com:9093"]',
        '["kafka-0.mh-abc-0000.eu-de.containers.appdomain.cloud:9093"]',
    )
    files.edit(files.orders, "kind: application", "kind: cloud-logs")
    files.edit(files.orders, "settings:\n  compression.type: zstd\n", "")
    return files.add(files.stack, BLOCK)


def failing(files: StackFiles) -> set[str]:
    return {each.rule.id for each in judge(build_plan(files.load(), TODAY), files.project, TODAY).gating}


def test_it_complies(files: StackFiles) -> None:
    assert failing(files) == set()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (f'  event_streams: "{ibm_crn("messagehub")}"\n', "", "instance"),
        (f'  cloud_logs: "{ibm_crn("logs")}"\n', "", "instance"),
        (ibm_crn("logs"), ibm_crn("messagehub"), "bad-value"),
        (ibm_crn("logs"), ibm_crn("logs").rstrip(":"), "bad-value"),
        ("plan: enterprise-3nodes-2tb", "plan: enterprise", "bad-value"),
        ("plan: enterprise-3nodes-2tb", "plan: enterprise-gen2", "region"),
        ("plan: enterprise-3nodes-2tb", "plan: lite", "region"),
        ("plan: enterprise-3nodes-2tb", "plan: standard", "retention"),
        ("plan: enterprise-3nodes-2tb", "palette: red", "unknown-key"),
        (f"account: {OWN}", "account: local", "account"),
    ],
)
def test_a_block_that_can_not_be(files: StackFiles, old: str, new: str, found: str) -> None:
    files.edit(files.stack, old, new)
    assert found in {each.split()[0] for each in files.found()}


@pytest.mark.parametrize(
    ("plan", "network", "is_there"),
    [
        ("standard", "public", True),
        ("standard", "private", False),
        ("enterprise-3nodes-2tb", "private", True),
        ("enterprise-gen2", "private", True),
        ("enterprise-gen2", "public", False),
    ],
)
def test_a_plan_has_its_networks(files: StackFiles, plan: str, network: str, *, is_there: bool) -> None:
    files.edit(files.stack, "plan: enterprise-3nodes-2tb", f"plan: {plan}\n  network: {network}")
    files.edit(files.orders, "retention: 90d", "retention: 91d")
    problems = {each.split()[0] for each in files.found()} if plan != "enterprise-3nodes-2tb" else set()
    assert ("network" not in problems) is is_there


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("topic: eu.orders.audit.v1", f"topic: eu.orders.{'a' * 200}", "topic-name"),
        ("partitions: 3", "partitions: 3001", "partitions"),
        ("partitions: 3", "partitions: 3\nsettings: {compression.type: zstd}", "setting"),
        ("partitions: 3", "partitions: 3\nmin_insync: 1", "replication"),
        ("partitions: 3", "partitions: 3\nmonitors: [{kind: silence, window: 1h}]", "monitor"),
        ("kind: cloud-logs", f'kind: cloud-logs\n    identity: "{ibm_crn("logs", region="us-south")}"', "instance"),
    ],
)
def test_a_stream_that_event_streams_does_not_take(files: StackFiles, old: str, new: str, found: str) -> None:
    files.edit(files.orders, old, new)
    assert {each.split()[0] for each in files.found()} == {found}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (ibm_crn("logs"), ibm_crn("logs", OTHER), "RLS-ACC-002"),
        (ibm_crn("messagehub"), ibm_crn("messagehub", OTHER), "RLS-ACC-002"),
        (ibm_crn("logs"), ibm_crn("logs", region="us-south"), "RLS-RES-002"),
        (ibm_crn("messagehub"), ibm_crn("messagehub", region="us-south"), "RLS-RES-010"),
        ("eu-de.containers.appdomain.cloud", "us-south.containers.appdomain.cloud", "RLS-RES-006"),
    ],
)
def test_a_hop_elsewhere_is_judged(files: StackFiles, old: str, new: str, found: str) -> None:
    files.edit(files.stack, old, new)
    assert found in failing(files)


def test_an_hour_and_a_half_is_no_whole_number_of_hours(files: StackFiles) -> None:
    files.edit(files.stack, "plan: enterprise-3nodes-2tb", "plan: standard")
    files.edit(files.orders, "retention: 90d", "retention: 90m")
    assert "retention" in {each.split()[0] for each in files.found()}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.WRITER, ["Reader on cluster", "Writer on topic a.v1", "Writer on txnid a-*"]),
        (Role.READER, ["Reader on cluster", "Reader on group g", "Reader on topic a.v1"]),
        (Role.MANAGER, ["Manager on topic a.v1", "Reader on cluster"]),
    ],
)
def test_a_role_comes_to_the_least_policies(role: Role, expected: list[str]) -> None:
    grant = PlannedGrant(
        role=role,
        topics=(NamePattern("a.v1"),),
        streams=("a",),
        groups=(NamePattern("g"),) if role is Role.READER else (),
        transactional_ids=(NamePattern("a-", PatternType.PREFIXED),) if role is Role.WRITER else (),
        origin=Origin("stack.yaml"),
    )
    assert sorted(map(str, access_policies([grant]))) == expected
    assert access_policies([]) == ()
