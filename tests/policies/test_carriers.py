"""A carrier's own topic is no stream: it is judged as nobody's, and nothing is lost with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from levee.model.name import CHECKPOINTS
from levee.plan.change import compare
from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee_infra.deployed.resources import deployed
from levee_infra.program import provision
from levee_policies.engine import evaluate
from levee_policies.facts import Context
from levee_policies.index import Index
from levee_policies.readback.observe import observe
from levee_policies.registry import RULES
from levee_policies.rule import Surface
from tests.support.aws.api import AwsApi
from tests.support.aws_outputs import outputs
from tests.support.aws_stack import AwsStack
from tests.support.recorder import record
from tests.support.registered import URN

TOPIC = "kafka:index/topic:Topic"
SOURCE = """\
  - service: checkout-logs
    kind: cloudwatch-logs
    log_group: /ecs/checkout
"""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    stack = AwsStack(tmp_path, AwsApi("http://127.0.0.1:1", tmp_path / "aws" / "credentials"))
    stack.edit(stack.orders, "consumers:\n", SOURCE + "consumers:\n")
    for file in ("certs/ca.pem", "secrets/admin.password"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text("-----BEGIN CERTIFICATE-----\n")
    return stack.plan()


def resources(plan: Plan, project: Path) -> list[Registered]:
    recorder = record(lambda: provision(plan, project), outputs)
    return [
        Registered(
            urn=URN.format(type=type_, name=name),
            type=type_,
            name=name,
            properties=recorder.inputs(type_, name),
            protected=request.protect,
        )
        for (type_, name), request in recorder.requests.items()
    ]


def failing(plan: Plan, registered: list[Registered], topic: str) -> set[str]:
    """The rules that find fault with a topic as with one that no file declares."""
    rules = [rule for rule in RULES if Surface.RESOURCE in rule.surfaces]
    context = Context(as_of=date(2026, 11, 21), observed=observe(registered, Index(plan)))
    findings = evaluate(plan, rules, context).findings
    return {finding.rule.id for finding in findings if finding.subject == f"test/topic/{topic}"}


def test_its_topic_is_no_stream_and_any_other_is_an_undeclared_one(plan: Plan, tmp_path: Path) -> None:
    registered = resources(plan, tmp_path)
    (own,) = [each for each in registered if str(each.properties.get("name")).startswith(CHECKPOINTS)]
    stranger = replace(own, name="stranger", properties={**own.properties, "name": f"{CHECKPOINTS}of-somebody"})
    assert failing(plan, registered, own.name) == set()
    assert {"RLS-RET-003", "RLS-DEL-001"} <= failing(plan, [*registered, stranger], "stranger")


def test_a_carrier_that_goes_takes_no_records_along(plan: Plan, tmp_path: Path) -> None:
    was = deployed("state", resources(plan, tmp_path))
    assert [topic.name for topic in was.topics] == ["eu.orders.audit.v1"]
    assert compare(replace(plan, carriers=()), was).removed == ()
