"""What the embedded engine's program registered is judged by the same rules as Pulumi's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from levee.diagnostics import LeveeError
from levee_infra.engines.embedded.judging import judge
from levee_infra.engines.embedded.registration import Registration
from levee_infra.providers.protocol.properties import SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_TEXT
from levee_policies.stack_evaluator import StackEvaluator
from tests.support.rule_cases import AS_OF, Case, write

COMPLIANT = Case("none", "compliant", fails=False, text="")
TOPIC = "kafka:index/topic:Topic"
USER = "kafka:index/userScramCredential:UserScramCredential"


@pytest.fixture
def evaluator(tmp_path: Path) -> StackEvaluator:
    return StackEvaluator(write(COMPLIANT, tmp_path), "prod", AS_OF)


def registration(type_: str, name: str, inputs: dict[str, Any], *, protect: bool = True) -> Registration:
    return Registration(
        urn=f"urn:pulumi:prod::levee::{type_}::{name}",
        type=type_,
        custom=True,
        inputs=inputs,
        parent="",
        provider="",
        dependencies=(),
        protect=protect,
        fingerprint=b"",
    )


SETTINGS = {
    "cleanup.policy": "delete",
    "min.insync.replicas": "2",
    "retention.ms": "34560000000",
    "unclean.leader.election.enable": "false",
}
AUDIT = {"name": "eu.payments.audit.v1", "partitions": 3, "replicationFactor": 3, "config": SETTINGS}


def told(evaluator: StackEvaluator, *declared: Registration) -> set[str]:
    return {refusal.message.partition(" ")[0] for refusal in judge(evaluator, declared, print)}


def test_what_is_declared_passes(evaluator: StackEvaluator) -> None:
    assert told(evaluator, registration(TOPIC, "payments-audit", AUDIT)) == set()


def test_what_breaks_a_rule_is_refused_by_its_urn(evaluator: StackEvaluator) -> None:
    rogue = registration(TOPIC, "payments-audit", AUDIT, protect=False)
    (refusal,) = judge(evaluator, [rogue], print)
    assert (refusal.urn, refusal.message.split()[0]) == (rogue.urn, "RLS-DEL-001")


def test_what_is_not_known_yet_is_refused(evaluator: StackEvaluator) -> None:
    topic = registration(TOPIC, "payments-audit", AUDIT | {"replicationFactor": UNKNOWN_TEXT})
    assert told(evaluator, topic) == {"RLS-DUR-001", "RLS-DUR-002"}


def test_a_secret_is_never_told(evaluator: StackEvaluator) -> None:
    inputs = {
        "username": "u",
        "password": {SIGNATURE_KEY: SECRET_SIGNATURE, "value": "hunter2"},
        "scramMechanism": "PLAIN",
    }
    messages = [refusal.message for refusal in judge(evaluator, [registration(USER, "u", inputs)], print)]
    assert any(message.startswith("RLS-IDN-009") for message in messages)
    assert "hunter2" not in "".join(messages)


def test_what_is_waived_of_what_only_resources_show_is_told(tmp_path: Path) -> None:
    project = write(COMPLIANT, tmp_path)
    (project / "stacks" / "waivers.yaml").write_text(
        "waivers: [{rule: RLS-DEL-001, subject: prod/stream/payments-*, reason: protected by other means until then, "
        "owner: payments-team, ticket: GOV-1, approved_by: risk@example.com, expires: 2026-11-28}]"
    )
    lines: list[str] = []
    unprotected = registration(TOPIC, "payments-audit", AUDIT, protect=False)
    refusals = judge(StackEvaluator(project, "prod", AS_OF), [unprotected], lines.append)
    assert ([refusal.message for refusal in refusals], len(lines)) == ([], 1)
    assert lines[0].startswith("warning: waived: RLS-DEL-001 prod/")


def test_a_waiver_that_no_resource_needs_is_refused(tmp_path: Path) -> None:
    project = write(COMPLIANT, tmp_path)
    (project / "stacks" / "waivers.yaml").write_text(
        "waivers: [{rule: RLS-DEL-002, subject: prod/resource/payments-*, reason: an import to be cleaned up soon, "
        "owner: payments-team, ticket: GOV-1, approved_by: risk@example.com, expires: 2026-11-28}]"
    )
    evaluator = StackEvaluator(project, "prod", AS_OF)
    assert told(evaluator, registration(TOPIC, "payments-audit", AUDIT)) == {"RLS-POL-003"}


def test_nothing_passes_where_no_files_declare_the_stack(tmp_path: Path) -> None:
    evaluator = StackEvaluator(write(COMPLIANT, tmp_path), "unheard-of", AS_OF)
    with pytest.raises(LeveeError):
        list(judge(evaluator, [registration(TOPIC, "payments-audit", AUDIT)], print))
