"""Topics where carriers keep how far they have come: compared and tried as streams' are, and never written to."""

from __future__ import annotations

import ssl
from dataclasses import replace

import pytest

from levee.model.name import NamePattern
from levee.plan.planned import Plan
from levee_infra.verify.access import Access, PlannedNames
from levee_infra.verify.check import checks
from levee_infra.verify.check_run import CheckRun
from levee_infra.verify.client import Client
from levee_infra.verify.discrepancy import Kind, discrepancies
from levee_infra.verify.live_state import LiveAcl, LiveState
from levee_infra.verify.login import Address, Login
from levee_infra.verify.probe import Probe, Subject
from levee_infra.verify.unexpected_access import unexpected_access
from levee_infra.verify.write_checks import WriteChecks
from tests.support.aws_stack import CHECKOUT, AwsStack
from tests.verify.conftest import compliant

CHECKPOINTS = "levee.checkpoints.test.orders.checkout-logs"
ORDERS = "eu.orders.audit.v1"


@pytest.fixture
def plan(aws_files: AwsStack) -> Plan:
    return aws_files.with_logs().plan()


@pytest.fixture
def live(plan: Plan) -> LiveState:
    return compliant(plan)


def check_run(plan: Plan, service: str) -> CheckRun:
    credential = next(each for each in plan.credentials if each.service == service)
    names = PlannedNames.of(plan)
    access = Access.of(credential, names)
    return CheckRun(access, tuple(checks(f"{service}.g1", access, names, turn=0)), 0, "nobody")


def test_they_are_compared_with_the_plan(plan: Plan, live: LiveState) -> None:
    assert list(discrepancies(plan, live)) == []
    gone = replace(live, topics={name: topic for name, topic in live.topics.items() if name != CHECKPOINTS})
    assert [(each.kind, each.what) for each in discrepancies(plan, gone)] == [(Kind.TOPIC, f"{CHECKPOINTS}: the topic")]
    found = live.topics[CHECKPOINTS]
    settings = {**found.settings, "cleanup.policy": replace(found.settings["cleanup.policy"], value="delete")}
    topics = {**live.topics, CHECKPOINTS: replace(found, settings=settings)}
    assert [(each.what, each.declared, each.found) for each in discrepancies(plan, replace(live, topics=topics))] == [
        (f"{CHECKPOINTS}: cleanup.policy", "compact", "delete")
    ]


def test_nobody_else_has_a_right_there(plan: Plan, live: LiveState) -> None:
    assert list(unexpected_access(plan, live.acls)) == []
    planted = LiveAcl("User:mallory", "topic", NamePattern(CHECKPOINTS), "Write", "*", allows=True)
    assert [each.what for each in unexpected_access(plan, [planted])] == ["User:mallory"]
    other = replace(planted, principal="User:orders-api.g1")
    assert [each.what for each in discrepancies(plan, replace(live, acls=live.acls | {other}))] == [other.principal]


def test_its_own_service_is_tried_on_them_and_others_are_too(plan: Plan) -> None:
    own = {each.probe: each.allowed for each in check_run(plan, CHECKOUT).checks if each.name == CHECKPOINTS}
    assert own[Probe.PRODUCE]
    assert own[Probe.CONSUME]
    assert not own[Probe.DELETE]
    foreign = [each for each in check_run(plan, "orders-api").checks if each.subject is Subject.OTHER_STREAM]
    assert {each.name for each in foreign} == {CHECKPOINTS}
    assert not any(each.allowed for each in foreign)


def test_no_record_is_ever_written_there(plan: Plan) -> None:
    check_runs = {f"{CHECKOUT}.g1": check_run(plan, CHECKOUT)}
    login = Login((Address("127.0.0.1", 1),), f"{CHECKOUT}.g1", None, ssl.create_default_context())
    write_checks = WriteChecks(check_runs, dict.fromkeys(check_runs, login), Client(login), "token", 3)
    assert {each.name for each in write_checks.writings()} == {ORDERS}
