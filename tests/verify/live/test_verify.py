"""`levee verify` on real brokers: what a proof shows, what it leaves behind, and where it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import (
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from levee.clock import SYSTEM_CLOCK
from levee.diagnostics import LeveeError
from levee.model.login import Scram, SecretReference
from levee.plan.planned import Plan
from levee_infra.cli.main import main
from levee_infra.verify.evidence import evidence
from levee_infra.verify.probe import Probe
from levee_infra.verify.proof_json import render_json
from levee_infra.verify.proof_tables import render_tables
from tests.support.deployment import Deployment
from tests.support.proving import acl, differences, planted, proof_of, surprises, unknowns

pytestmark = pytest.mark.integration


def holdings(stack: Deployment) -> dict[str, Any]:
    """All that a proof could leave behind."""
    admin = stack.cluster.admin()
    everything = AclBindingFilter(
        ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
    )
    return {
        "topics": stack.live_topics(),
        "settings": {key: stack.live_settings(key) for key in ("orders", "audit")},
        "records": {key: records(stack, key) for key in ("orders", "audit")},
        "acls": {str(each) for each in admin.describe_acls(everything).result()},
        "users": set(admin.describe_user_scram_credentials().result()),
        "groups": {
            each.group_id for each in admin.list_consumer_groups().result().valid if stack.word in each.group_id
        },
    }


def records(stack: Deployment, key: str) -> int:
    """How many records a stream has taken."""
    partitions, _ = stack.live_topics()[stack.topic(key)]
    return sum(stack.end_offset(key, partition) for partition in range(partitions))


def test_a_compliant_stack_is_proved_and_nothing_is_left_behind(stack: Deployment, plan: Plan) -> None:
    before = holdings(stack)
    proof = proof_of(stack, plan)
    assert (differences(proof), surprises(proof), unknowns(proof)) == (set(), set(), set())
    assert proof.holds
    assert {o.check.username for o in proof.outcomes} == {u for c in plan.credentials for u in c.usernames}
    assert len({o.check.username for o in proof.outcomes}) == 5
    assert holdings(stack) == before


def test_writing_is_proved_by_records_that_readers_read_back(stack: Deployment, plan: Plan) -> None:
    before = holdings(stack)
    proof = proof_of(stack, plan, write=True)
    assert proof.holds, (differences(proof), surprises(proof), unknowns(proof))
    done = {(o.check.username, o.check.probe, o.check.name) for o in proof.outcomes if o.observation.done}
    for key in ("orders", "audit"):
        assert (stack.service("writer.g1"), Probe.PRODUCE, stack.topic(key)) in done
        for user in ("shipper.g1", "shipper.g2"):
            assert (stack.service(user), Probe.CONSUME, stack.topic(key)) in done
    after = holdings(stack)
    written = {key: count - before["records"][key] for key, count in after.pop("records").items()}
    assert written == {"orders": 1, "audit": 1}
    before.pop("records")
    assert after == before
    made = {o.check.probe for o in proof.outcomes if o.observation.done and "levee-probe" in o.check.name}
    assert {Probe.CREATE, Probe.DELETE} <= made


def test_a_written_record_says_what_it_is(stack: Deployment, plan: Plan) -> None:
    assert proof_of(stack, plan, "writer", write=True).holds
    consumer = stack.cluster.consumer("levee-tests")
    try:
        consumer.assign([TopicPartition(stack.topic("audit"), partition, 0) for partition in (0, 1)])
        message = consumer.poll(30)
        assert message is not None
        assert [name for name, _ in message.headers() or []] == ["levee-probe"]
    finally:
        consumer.close()


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
    login = Scram(mechanism="SCRAM-SHA-512", username=username, password=SecretReference(file=str(file)))
    security = replace(plan.cluster.security, admin=login)
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
    assert [each["id"] for each in document["brokers"]] == [1, 2, 3]
    assert document["evidence"]["bootstrap"] == stack.cluster.bootstrap_servers
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
    shown = (
        render_json(proof, evidence(plan, stack.project, SYSTEM_CLOCK.now(), None)) + render_tables(proof) + repr(proof)
    )
    assert len(passwords) == 5
    assert not [password for password in passwords if password in shown]
