"""Every fault that is planted on real brokers is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from confluent_kafka.admin import (
    NewPartitions,
)

from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from levee_infra.verify.answer import Verdict
from levee_infra.verify.discrepancy import Kind
from levee_infra.verify.probe import Probe
from tests.support.deployment import Deployment
from tests.support.proving import acl, differences, planted, proof_of, removed, revoking_previous, surprises, unknowns

pytestmark = pytest.mark.integration


def test_a_reader_that_may_write(stack: Deployment, plan: Plan) -> None:
    extra = acl(stack.service("reader.g1"), "TOPIC", stack.topic("audit"), "WRITE")
    before = stack.end_offset("audit", 0) + stack.end_offset("audit", 1)
    with planted(stack.cluster, extra):
        proof = proof_of(stack, plan, "reader")
    assert surprises(proof) == {
        (stack.service("reader.g1"), Probe.PRODUCE),
        (stack.service("reader.g1"), Probe.SEE_STREAMS),
    }
    assert differences(proof) == {(Kind.ACL, extra.principal, f"Write on topic {stack.topic('audit')}")}
    assert stack.end_offset("audit", 0) + stack.end_offset("audit", 1) == before


def test_a_right_beyond_every_sample(stack: Deployment, plan: Plan) -> None:
    """Described only: it can't be tried on every stream, and is still seen."""
    extra = acl(stack.service("reader.g1"), "TOPIC", stack.topic("orders"), "DESCRIBE")
    with planted(stack.cluster, extra):
        assert (stack.service("reader.g1"), Probe.SEE_STREAMS) in surprises(proof_of(stack, plan, "reader"))


def test_a_writer_that_may_not_write(stack: Deployment, plan: Plan) -> None:
    write = acl(stack.service("writer.g1"), "TOPIC", stack.topic("orders"), "WRITE")
    with removed(stack.cluster, write):
        proof = proof_of(stack, plan, "writer")
    assert (stack.service("writer.g1"), Probe.PRODUCE) in surprises(proof)
    assert differences(proof) == {(Kind.ACL, write.principal, "missing")}


def test_a_denial_by_hand(stack: Deployment, plan: Plan) -> None:
    denial = acl(stack.service("writer.g1"), "TOPIC", stack.topic("orders"), "WRITE", deny=True)
    with planted(stack.cluster, denial):
        proof = proof_of(stack, plan, "writer")
    assert (stack.service("writer.g1"), Probe.PRODUCE) in surprises(proof)
    assert differences(proof) == {(Kind.ACL, denial.principal, f"no Write on topic {stack.topic('orders')}")}


def test_a_service_that_may_look_into_the_cluster(stack: Deployment, plan: Plan) -> None:
    with planted(stack.cluster, acl(stack.service("writer.g1"), "BROKER", "kafka-cluster", "DESCRIBE")):
        found = surprises(proof_of(stack, plan, "writer"))
    assert {(stack.service("writer.g1"), probe) for probe in (Probe.HOLD_CLUSTER, Probe.LIST_ACLS)} <= found


@pytest.mark.parametrize(
    ("kind", "name", "prefixed", "operation"),
    [
        ("TOPIC", "*", False, "READ"),
        ("TOPIC", "eu.{word}.", True, "READ"),
        ("TOPIC", "eu.{word}.audit.v1", False, "WRITE"),
        ("GROUP", "{word}-", True, "READ"),
        ("BROKER", "kafka-cluster", False, "ALTER"),
    ],
)
def test_a_stranger(stack: Deployment, plan: Plan, kind: str, name: str, prefixed: bool, operation: str) -> None:
    stranger = acl("mallory", kind, name.format(word=stack.word), operation, prefixed=prefixed)
    with planted(stack.cluster, stranger):
        proof = proof_of(stack, plan, "reader")
    (found,) = proof.discrepancies
    assert (found.kind, found.what) == (Kind.UNEXPECTED, "User:mallory")
    assert not proof.holds


def test_a_setting_changed_by_hand(stack: Deployment, plan: Plan) -> None:
    stack.set_by_hand("orders", compression_type="gzip")
    try:
        proof = proof_of(stack, plan, "reader")
    finally:
        stack.set_by_hand("orders", compression_type="zstd")
    assert differences(proof) == {(Kind.TOPIC, f"{stack.topic('orders')}: compression.type", "gzip")}


def test_partitions_added_by_hand(stack: Deployment, plan: Plan) -> None:
    topic, admin = stack.topic("orders"), stack.cluster.admin()
    admin.create_partitions([NewPartitions(topic, 3)])[topic].result()
    assert differences(proof_of(stack, plan, "reader")) == {(Kind.TOPIC, f"{topic}: partitions", "3")}
    # What is added can't be removed: the declaration follows, for the tests that come after.
    file = stack.streams / "orders.yaml"
    file.write_text(file.read_text().replace("partitions: 2", "partitions: 3"))
    grown = build_plan(load_stack(stack.project, "test"), date(2026, 11, 21))
    assert differences(proof_of(stack, grown, "reader")) == set()


def test_a_topic_that_is_not_there(stack: Deployment, plan: Plan) -> None:
    missing = replace(plan.topics[0], name=f"{plan.topics[0].name}.gone")
    proof = proof_of(stack, replace(plan, topics=(*plan.topics, missing)), "reader")
    assert differences(proof) == {(Kind.TOPIC, f"{missing.name}: the topic", "missing")}


def test_other_replicas_than_declared(stack: Deployment, plan: Plan) -> None:
    topics = tuple(replace(topic, replication=2) for topic in plan.topics)
    proof = proof_of(stack, replace(plan, topics=topics), "reader")
    assert {found for _, _, found in differences(proof)} == {"3"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("sasl.password=", "sasl.password=x"),
        lambda text: text.replace("sasl.mechanism=SCRAM-SHA-512", "sasl.mechanism=PLAIN"),
        lambda text: "",
    ],
    ids=["stale", "another mechanism", "empty"],
)
def test_a_secret_file_that_does_not_log_in(stack: Deployment, plan: Plan, spoil: Callable[[str], str]) -> None:
    file = stack.project / "secrets" / f"{stack.service('reader')}.g1.properties"
    kept = file.read_text()
    file.write_text(spoil(kept))
    try:
        proof = proof_of(stack, plan, "reader")
    finally:
        file.write_text(kept)
    verdicts = {outcome.verdict for outcome in proof.outcomes if outcome.check.probe is not Probe.LOG_IN_WRONGLY}
    assert Verdict.AS_DECLARED not in verdicts
    assert not proof.holds


def test_a_stale_password_is_told_as_such(stack: Deployment, plan: Plan) -> None:
    file = stack.project / "secrets" / f"{stack.service('reader')}.g1.properties"
    kept = file.read_text()
    file.write_text(kept.replace("sasl.password=", "sasl.password=x"))
    try:
        proof = proof_of(stack, plan, "reader")
    finally:
        file.write_text(kept)
    assert surprises(proof) == {(stack.service("reader.g1"), Probe.LOG_IN)}
    assert unknowns(proof) == {"not tried: _AUTHENTICATION"}


def test_a_revoked_generation_that_is_still_there(stack: Deployment, plan: Plan) -> None:
    revoking = replace(
        plan,
        credentials=tuple(revoking_previous(each) for each in plan.credentials),
    )
    proof = proof_of(stack, revoking, "shipper")
    assert surprises(proof) == {(stack.service("shipper.g1"), Probe.LOG_IN)}
    assert (Kind.USER, stack.service("shipper.g1"), "can log in") in differences(proof)
    assert (Kind.ACL, f"User:{stack.service('shipper.g1')}", f"Read on topic {stack.topic('audit')}") in differences(
        proof
    )
