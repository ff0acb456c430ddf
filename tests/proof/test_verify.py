"""`levee verify` on real brokers: a compliant stack passes, and every planted fault is found."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    NewPartitions,
    ResourcePatternType,
    ResourceType,
)

from infra.proof.answer import Verdict
from infra.proof.discrepancy import Matter
from infra.proof.probe import Probe
from infra.proof.proof import Proof, prove
from infra.proof.proof_json import render_json
from infra.proof.proof_tables import render_tables
from levee.cli.main import main
from levee.diagnostics import LeveeError
from levee.loading.load import load_stack
from levee.model.service import Previous
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment
from tests.support.live_credentials import create_acl, delete_acl

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def stack(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Two streams with a writer and a reader, a manager of their prefix, and a shipper amid its rotation."""
    deployment = Deployment(tmp_path_factory.mktemp("proof"), cluster, f"p{secrets.token_hex(4)}")
    reader = deployment.service("reader")
    deployment.stream("orders", extra="settings: {compression.type: zstd}\n")
    deployment.stream("audit", consumers=f"[{{service: {reader}, groups: [{reader}, {reader}-*]}}]")
    deployment.write_stack(
        f"""\
  {deployment.service("shipper")}:
    generation: 2
    previous: valid
    grants:
      - {{role: reader, streams: [orders, audit], groups: [{deployment.service("shipper")}]}}
  {deployment.service("operator")}:
    grants:
      - {{role: manager, topics: "eu.{deployment.word}.*"}}
"""
    )
    assert deployment.up().code == 0
    yield deployment
    assert deployment.destroy().code == 0


@pytest.fixture
def plan(stack: Deployment) -> Plan:
    return build_plan(load_stack(stack.project, "test"), date(2026, 11, 21))


def proof_of(stack: Deployment, plan: Plan, *services: str, write: bool = False) -> Proof:
    return prove(plan, stack.project, [stack.service(name) for name in services], lambda _: None, write=write)


def differences(proof: Proof) -> set[tuple[Matter, str, str]]:
    return {(each.matter, each.what, each.found) for each in proof.discrepancies}


def surprises(proof: Proof) -> set[tuple[str, Probe]]:
    """Who could do what it may not, or could not do what it may."""
    return {(o.claim.username, o.claim.probe) for o in proof.outcomes if o.verdict is Verdict.SURPRISE}


def unknowns(proof: Proof) -> set[str]:
    return {o.observation.evidence for o in proof.outcomes if o.verdict is Verdict.UNKNOWN}


def acl(
    principal: str, kind: str, name: str, operation: str, *, prefixed: bool = False, deny: bool = False
) -> AclBinding:
    return AclBinding(
        ResourceType[kind],  # BROKER is what this client calls the cluster
        name,
        ResourcePatternType.PREFIXED if prefixed else ResourcePatternType.LITERAL,
        f"User:{principal}",
        "*",
        AclOperation[operation],
        AclPermissionType.DENY if deny else AclPermissionType.ALLOW,
    )


@contextmanager
def planted(cluster: LocalCluster, *acls: AclBinding) -> Iterator[None]:
    for each in acls:
        create_acl(cluster, each)
    try:
        yield
    finally:
        for each in acls:
            delete_acl(cluster, each)


@contextmanager
def removed(cluster: LocalCluster, each: AclBinding) -> Iterator[None]:
    delete_acl(cluster, each)
    try:
        yield
    finally:
        create_acl(cluster, each)


def holdings(stack: Deployment) -> dict[str, Any]:
    """All that a proof could leave behind."""
    admin = stack.cluster.admin()
    everything = AclBindingFilter(
        ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
    )
    return {
        "topics": stack.live_topics(),
        "settings": {key: stack.live_settings(key) for key in ("orders", "audit")},
        "records": {key: [stack.end_offset(key, partition) for partition in (0, 1)] for key in ("orders", "audit")},
        "acls": {str(each) for each in admin.describe_acls(everything).result()},
        "users": set(admin.describe_user_scram_credentials().result()),
        "groups": {
            each.group_id for each in admin.list_consumer_groups().result().valid if stack.word in each.group_id
        },
    }


def test_a_compliant_stack_is_proved_and_nothing_is_left_behind(stack: Deployment, plan: Plan) -> None:
    before = holdings(stack)
    proof = proof_of(stack, plan)
    assert (differences(proof), surprises(proof), unknowns(proof)) == (set(), set(), set())
    assert proof.holds
    assert {o.claim.username for o in proof.outcomes} == {u for c in plan.credentials for u in c.usernames}
    assert len({o.claim.username for o in proof.outcomes}) == 5
    assert holdings(stack) == before


def test_writing_is_proved_by_records_that_readers_read_back(stack: Deployment, plan: Plan) -> None:
    before = holdings(stack)
    proof = proof_of(stack, plan, write=True)
    assert proof.holds, (differences(proof), surprises(proof), unknowns(proof))
    done = {(o.claim.username, o.claim.probe, o.claim.name) for o in proof.outcomes if o.observation.done}
    for key in ("orders", "audit"):
        assert (stack.service("writer.g1"), Probe.PRODUCE, stack.topic(key)) in done
        for user in ("shipper.g1", "shipper.g2"):
            assert (stack.service(user), Probe.CONSUME, stack.topic(key)) in done
    after = holdings(stack)
    assert {key: sum(ends) - sum(before["records"][key]) for key, ends in after.pop("records").items()} == {
        "orders": 1,
        "audit": 1,
    }
    before.pop("records")
    assert after == before
    made = {o.claim.probe for o in proof.outcomes if o.observation.done and "levee-probe" in o.claim.name}
    assert {Probe.CREATE, Probe.DELETE} <= made


def test_a_written_record_says_what_it_is(stack: Deployment, plan: Plan) -> None:
    assert proof_of(stack, plan, "writer", write=True).holds
    consumer = stack.cluster.consumer("levee-tests")
    try:
        consumer.assign([TopicPartition(stack.topic("orders"), partition, 0) for partition in (0, 1)])
        message = consumer.poll(30)
        assert message is not None
        assert [name for name, _ in message.headers() or []] == ["levee-probe"]
    finally:
        consumer.close()


def test_a_reader_that_may_write(stack: Deployment, plan: Plan) -> None:
    extra = acl(stack.service("reader.g1"), "TOPIC", stack.topic("audit"), "WRITE")
    before = stack.end_offset("audit", 0) + stack.end_offset("audit", 1)
    with planted(stack.cluster, extra):
        proof = proof_of(stack, plan, "reader")
    assert surprises(proof) == {
        (stack.service("reader.g1"), Probe.PRODUCE),
        (stack.service("reader.g1"), Probe.SEE_STREAMS),
    }
    assert differences(proof) == {(Matter.ACL, extra.principal, f"Write on topic {stack.topic('audit')}")}
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
    assert differences(proof) == {(Matter.ACL, write.principal, "missing")}


def test_a_denial_by_hand(stack: Deployment, plan: Plan) -> None:
    denial = acl(stack.service("writer.g1"), "TOPIC", stack.topic("orders"), "WRITE", deny=True)
    with planted(stack.cluster, denial):
        proof = proof_of(stack, plan, "writer")
    assert (stack.service("writer.g1"), Probe.PRODUCE) in surprises(proof)
    assert differences(proof) == {(Matter.ACL, denial.principal, f"no Write on topic {stack.topic('orders')}")}


def test_a_service_that_may_look_into_the_cluster(stack: Deployment, plan: Plan) -> None:
    with planted(stack.cluster, acl(stack.service("writer.g1"), "BROKER", "kafka-cluster", "DESCRIBE")):
        found = surprises(proof_of(stack, plan, "writer"))
    assert {(stack.service("writer.g1"), probe) for probe in (Probe.HOLD_CLUSTER, Probe.LIST_ACLS)} <= found


def test_a_service_that_may_do_anything_harms_nothing(stack: Deployment, plan: Plan) -> None:
    everything = [
        acl(stack.service("writer.g1"), kind, name, "ALL")
        for kind, name in (("TOPIC", "*"), ("GROUP", "*"), ("TRANSACTIONAL_ID", "*"), ("BROKER", "kafka-cluster"))
    ]
    with planted(stack.cluster, *everything):
        before = holdings(stack)
        proof = proof_of(stack, plan, "writer")
        assert holdings(stack) == before
    probes = {probe for _, probe in surprises(proof)}
    assert probes >= {*Probe} - {Probe.LOG_IN, Probe.LOG_IN_WRONGLY, Probe.PRODUCE, Probe.DESCRIBE}


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
    assert (found.matter, found.what) == (Matter.STRANGER, "User:mallory")
    assert not proof.holds


def test_a_setting_changed_by_hand(stack: Deployment, plan: Plan) -> None:
    stack.set_by_hand("orders", compression_type="gzip")
    try:
        proof = proof_of(stack, plan, "reader")
    finally:
        stack.set_by_hand("orders", compression_type="zstd")
    assert differences(proof) == {(Matter.TOPIC, f"{stack.topic('orders')}: compression.type", "gzip")}


def test_partitions_added_by_hand(stack: Deployment, plan: Plan) -> None:
    topic, admin = stack.topic("orders"), stack.cluster.admin()
    admin.create_partitions([NewPartitions(topic, 3)])[topic].result()
    assert differences(proof_of(stack, plan, "reader")) == {(Matter.TOPIC, f"{topic}: partitions", "3")}
    # What is added can't be removed: the declaration follows, for the tests that come after.
    file = stack.streams / "orders.yaml"
    file.write_text(file.read_text().replace("partitions: 2", "partitions: 3"))
    grown = build_plan(load_stack(stack.project, "test"), date(2026, 11, 21))
    assert differences(proof_of(stack, grown, "reader")) == set()


def test_a_topic_that_is_not_there(stack: Deployment, plan: Plan) -> None:
    missing = replace(plan.topics[0], name=f"{plan.topics[0].name}.gone")
    proof = proof_of(stack, replace(plan, topics=(*plan.topics, missing)), "reader")
    assert differences(proof) == {(Matter.TOPIC, f"{missing.name}: the topic", "missing")}


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
    verdicts = {outcome.verdict for outcome in proof.outcomes if outcome.claim.probe is not Probe.LOG_IN_WRONGLY}
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
    revoking = replace(plan, credentials=tuple(replace(each, previous=Previous.REVOKED) for each in plan.credentials))
    proof = proof_of(stack, revoking, "shipper")
    assert surprises(proof) == {(stack.service("shipper.g1"), Probe.LOG_IN)}
    assert (Matter.USER, stack.service("shipper.g1"), "can log in") in differences(proof)
    assert (Matter.ACL, f"User:{stack.service('shipper.g1')}", f"Read on topic {stack.topic('audit')}") in differences(
        proof
    )


def test_another_cluster_is_not_tried_at_all(stack: Deployment, plan: Plan) -> None:
    elsewhere = replace(plan, cluster=replace(plan.cluster, id="AAAAAAAAAAAAAAAAAAAAAA"))
    with pytest.raises(LeveeError) as refused:
        proof_of(stack, elsewhere)
    assert refused.value.exit_code == 1
    assert "nothing was tried" in refused.value.help


def test_brokers_that_do_not_answer(stack: Deployment, plan: Plan) -> None:
    gone = replace(plan, cluster=replace(plan.cluster, bootstrap=("127.0.0.1:1",)))
    with pytest.raises(LeveeError) as refused:
        proof_of(stack, gone)
    assert "127.0.0.1:1" in refused.value.message
    assert refused.value.exit_code == 1


def test_passwords_that_can_not_be_read_prove_nothing(stack: Deployment, plan: Plan) -> None:
    elsewhere = replace(plan, secrets=replace(plan.secrets, kind="aws-secrets-manager"))
    with pytest.raises(LeveeError, match="aws-secrets-manager"):
        proof_of(stack, elsewhere)


def test_an_administrator_that_may_not_look_proves_nothing(stack: Deployment, plan: Plan) -> None:
    """A list that one may not see must never pass for an empty one."""
    username = stack.service("writer.g1")
    text = (stack.project / "secrets" / f"{username}.properties").read_text()
    file = stack.project / "writer.password"
    file.touch(mode=0o600)
    file.write_text(next(line for line in text.splitlines() if line.startswith("sasl.password=")).partition("=")[2])
    security = replace(
        plan.cluster.security,
        admin_username=username,
        admin_password=replace(plan.cluster.security.admin_password, file=str(file)),
    )
    with pytest.raises(LeveeError) as refused:
        proof_of(stack, replace(plan, cluster=replace(plan.cluster, security=security)))
    assert "lacks DESCRIBE, DESCRIBE_CONFIGS on the cluster" in refused.value.message


def test_the_command(stack: Deployment) -> None:
    result = stack.run("verify", "test", "--write")
    assert result.code == 0, result.text
    assert result.out.splitlines()[-1].startswith("Proved: 2 topics, ")


def test_the_command_finds_a_surprise(stack: Deployment) -> None:
    with planted(stack.cluster, acl("mallory", "TOPIC", "*", "READ")):
        result = stack.run("verify", "test", "--json", "--service", stack.service("reader"))
    assert result.code == 1
    document = json.loads(result.out)
    assert document["holds"] is False
    assert [each["what"] for each in document["discrepancies"]] == ["User:mallory"]
    assert {outcome["user"] for outcome in document["outcomes"]} == {stack.service("reader.g1")}


@pytest.mark.parametrize("arguments", [("test", "--service", "nobody"), ("elsewhere",)])
def test_the_command_refuses_what_is_not_declared(
    stack: Deployment, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", *arguments, "--project", str(stack.project)]) == 2
    assert arguments[-1] in capsys.readouterr().err


def test_no_password_is_ever_shown(stack: Deployment, plan: Plan) -> None:
    passwords = [
        line.partition("=")[2]
        for file in (stack.project / "secrets").glob("*.properties")
        for line in file.read_text().splitlines()
        if line.startswith("sasl.password=")
    ]
    with planted(stack.cluster, acl(stack.service("reader.g1"), "TOPIC", stack.topic("audit"), "WRITE")):
        proof = proof_of(stack, plan, "reader", "writer", write=True)
    shown = render_json(proof) + render_tables(proof) + repr(proof)
    assert len(passwords) == 5
    assert not [password for password in passwords if password in shown]
