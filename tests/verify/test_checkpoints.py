"""Topics where carriers keep how far they have come: compared and tried as streams' are, and never written to."""

from __future__ import annotations

import ssl
from dataclasses import replace

import pytest

from levee.model.name import NamePattern
from levee.plan.planned import Plan
from levee_infra.verify.access import Access, PlannedNames
from levee_infra.verify.check import claims
from levee_infra.verify.check_run import Trial
from levee_infra.verify.client import Client
from levee_infra.verify.discrepancy import Matter, discrepancies
from levee_infra.verify.live_state import LiveAcl, LiveState
from levee_infra.verify.login import Address, Login
from levee_infra.verify.probe import Probe, Subject
from levee_infra.verify.unexpected_access import strangers
from levee_infra.verify.write_checks import Deeds
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


def trial(plan: Plan, service: str) -> Trial:
    credential = next(each for each in plan.credentials if each.service == service)
    names = PlannedNames.of(plan)
    access = Access.of(credential, names)
    return Trial(access, tuple(claims(f"{service}.g1", access, names, turn=0)), 0, "nobody")


def test_they_are_compared_with_the_plan(plan: Plan, live: LiveState) -> None:
    assert list(discrepancies(plan, live)) == []
    gone = replace(live, topics={name: topic for name, topic in live.topics.items() if name != CHECKPOINTS})
    assert [(each.matter, each.what) for each in discrepancies(plan, gone)] == [
        (Matter.TOPIC, f"{CHECKPOINTS}: the topic")
    ]
    found = live.topics[CHECKPOINTS]
    settings = {**found.settings, "cleanup.policy": replace(found.settings["cleanup.policy"], value="delete")}
    topics = {**live.topics, CHECKPOINTS: replace(found, settings=settings)}
    assert [(each.what, each.declared, each.found) for each in discrepancies(plan, replace(live, topics=topics))] == [
        (f"{CHECKPOINTS}: cleanup.policy", "compact", "delete")
    ]


def test_nobody_else_has_a_right_there(plan: Plan, live: LiveState) -> None:
    assert list(strangers(plan, live.acls)) == []
    planted = LiveAcl("User:mallory", "topic", NamePattern(CHECKPOINTS), "Write", "*", allows=True)
    assert [each.what for each in strangers(plan, [planted])] == ["User:mallory"]
    other = replace(planted, principal="User:orders-api.g1")
    assert [each.what for each in discrepancies(plan, replace(live, acls=live.acls | {other}))] == [other.principal]


def test_its_own_service_is_tried_on_them_and_others_are_too(plan: Plan) -> None:
    own = {each.probe: each.allowed for each in trial(plan, CHECKOUT).claims if each.name == CHECKPOINTS}
    assert own[Probe.PRODUCE]
    assert own[Probe.CONSUME]
    assert not own[Probe.DELETE]
    foreign = [each for each in trial(plan, "orders-api").claims if each.subject is Subject.OTHER_STREAM]
    assert {each.name for each in foreign} == {CHECKPOINTS}
    assert not any(each.allowed for each in foreign)


def test_no_record_is_ever_written_there(plan: Plan) -> None:
    trials = {f"{CHECKOUT}.g1": trial(plan, CHECKOUT)}
    login = Login((Address("127.0.0.1", 1),), f"{CHECKOUT}.g1", "unused", ssl.create_default_context())
    deeds = Deeds(trials, dict.fromkeys(trials, login), Client(login), "token", 3)
    assert {each.name for each in deeds.writings()} == {ORDERS}
