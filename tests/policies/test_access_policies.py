"""The trust of a carrier's delivery role, as the program registers it and as somebody widens it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee_infra.program import provision
from levee_policies.engine import evaluate
from levee_policies.facts import Context
from levee_policies.index import Index
from levee_policies.readback.observe import observe
from levee_policies.rules.acc009_policies_let_in_no_more import RULE
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws_outputs import outputs
from tests.support.aws_stack import TODAY, AwsStack
from tests.support.recorder import record
from tests.support.registered import URN

ROLE = "levee:aws:Role"


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    for file in ("certs/ca.pem", "secrets/admin.password"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text("-----BEGIN CERTIFICATE-----\n")
    return AwsStack(tmp_path, AwsApi("http://127.0.0.1:1", tmp_path / "aws" / "credentials")).with_logs().plan()


def found(plan: Plan, project: Path, caller: str | None = None) -> list[str]:
    recorder = record(lambda: provision(plan, project), outputs)
    resources = []
    for type_, name in recorder.requests:
        inputs = recorder.inputs(type_, name)
        if caller is not None and type_ == ROLE and name.endswith(".delivery"):
            trust = json.loads(inputs["trust"])
            trust["Statement"][0]["Condition"]["ArnLike"]["aws:SourceArn"] = caller
            inputs = {**inputs, "trust": json.dumps(trust)}
        resources.append(Registered(urn=URN.format(type=type_, name=name), type=type_, name=name, properties=inputs))
    context = replace(Context(as_of=TODAY), observed=observe(resources, Index(plan)))
    return [finding.current for finding in evaluate(plan, (RULE,), context).findings]


def test_what_levee_registers_lets_in_no_more_than_it_is_for(plan: Plan, tmp_path: Path) -> None:
    assert found(plan, tmp_path) == []


@pytest.mark.parametrize("resource", ["*", "log-group:*", "log-group:/ecs/orders:*", "log-group:/ecs/checkout*"])
def test_a_delivery_role_for_other_log_groups(plan: Plan, tmp_path: Path, resource: str) -> None:
    (problem,) = found(plan, tmp_path, f"arn:aws:logs:{REGION}:{ACCOUNT}:{resource}")
    assert f"may be taken on for arn:aws:logs:{REGION}:{ACCOUNT}:{resource}, and delivers" in problem
