"""`levee up` on real brokers: what it makes, what it leaves alone, what it puts back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.deployed.location import embedded_state
from tests.support.deployment import Deployment
from tests.support.kafka_clients import consume, login_error, produce

pytestmark = pytest.mark.integration


def test_a_declared_stream_can_be_written_and_read_by_its_services_and_nobody_else(deployment: Deployment) -> None:
    reader, group = deployment.service("reader"), deployment.service("group")
    deployment.stream("events", consumers=f"[{{service: {reader}, groups: [{group}]}}]")
    deployment.stream("other", sources=f"[{{service: {deployment.service('stranger')}, kind: application}}]")
    assert deployment.up().code == 0
    topic = deployment.topic("events")
    assert produce(deployment.client("writer"), topic, b"first") is None
    assert consume(deployment.client("reader"), topic, group) == b"first"
    assert produce(deployment.client("reader"), topic) == "TOPIC_AUTHORIZATION_FAILED"
    assert produce(deployment.client("stranger"), topic) == "TOPIC_AUTHORIZATION_FAILED"
    assert consume(deployment.client("writer"), topic, group) in {
        "TOPIC_AUTHORIZATION_FAILED",
        "GROUP_AUTHORIZATION_FAILED",
    }
    assert consume(deployment.client("reader"), topic, "another-group") == "GROUP_AUTHORIZATION_FAILED"


def test_up_again_changes_nothing(deployment: Deployment) -> None:
    deployment.stream("events")
    deployment.up()
    before = (deployment.live_topics(), deployment.live_acls(), deployment.live_users(), secret_files(deployment))
    again = deployment.up()
    assert (again.code, "created" in again.summary, "updated" in again.summary) == (0, False, False)
    assert before == (
        deployment.live_topics(),
        deployment.live_acls(),
        deployment.live_users(),
        secret_files(deployment),
    )


def test_preview_has_no_side_effects(deployment: Deployment) -> None:
    deployment.stream("events")
    preview = deployment.run("preview", "test")
    assert preview.code == 0
    assert "events" in preview.out
    assert (deployment.live_topics(), deployment.live_acls(), deployment.live_users()) == ({}, set(), set())
    assert secret_files(deployment) == {}


def test_partitions_grow_in_place_and_keep_their_records(deployment: Deployment) -> None:
    deployment.stream("events", partitions=1)
    deployment.up()
    assert produce(deployment.client("writer"), deployment.topic("events")) is None
    deployment.stream("events", partitions=4)
    refused = deployment.up()
    assert (refused.code, "RLS-BLR-003" in refused.err) == (1, True)
    deployment.stream("events", partitions=4, extra=approval("partition-increase"))
    assert deployment.up().code == 0
    assert deployment.live_topics() == {deployment.topic("events"): (4, 3)}
    assert deployment.end_offset("events") == 1
    assert deployment.run("guard", deployment.stack).code == 0, "a spent approval is no finding"
    deployment.stream("events", partitions=5, extra=approval("partition-increase"))
    again = deployment.up()
    assert (again.code, "RLS-BLR-003" in again.err) == (1, True), "and lets no second change through"
    deployment.stream("events", partitions=5, extra=approval("partition-increase").replace("OPS-1", "OPS-2"))
    assert deployment.up().code == 0
    assert deployment.live_topics() == {deployment.topic("events"): (5, 3)}


def approval(change: str) -> str:
    until = (SYSTEM_CLOCK.today() + timedelta(days=7)).isoformat()
    terms = f"until: {until}, approved_by: owner@example.com, reason: Its writers are prepared., ticket: OPS-1"
    return f"approve: [{{change: {change}, {terms}}}]\n"


def test_a_setting_made_by_hand_that_is_not_declared_survives(deployment: Deployment) -> None:
    deployment.stream("events")
    deployment.up()
    deployment.set_by_hand("events", max_message_bytes="2000000")
    deployment.stream("events", retention="9d")
    again = deployment.up()
    assert "max.message.bytes" not in again.text
    settings = deployment.live_settings("events")
    assert (settings["max.message.bytes"], settings["retention.ms"]) == ("2000000", "777600000")


def test_a_declared_setting_changed_by_hand_is_shown_as_drift_and_comes_back(deployment: Deployment) -> None:
    deployment.stream("events")
    deployment.up()
    deployment.set_by_hand("events", retention_ms="1000")
    preview = deployment.run("preview", "test")
    assert f"! topic {deployment.topic('events')}  retention 7d → 1s\n" in preview.out
    assert preview.out.count("retention") == 1
    assert deployment.live_settings("events")["retention.ms"] == "1000"
    assert deployment.up().code == 0
    assert deployment.live_settings("events")["retention.ms"] == "604800000"


def test_a_setting_that_is_no_longer_declared_goes_back_to_the_brokers_default(deployment: Deployment) -> None:
    deployment.stream("events", settings="{index.interval.bytes: 8192}")
    deployment.up()
    deployment.stream("events")
    assert deployment.up().code == 0
    assert "index.interval.bytes" not in deployment.live_settings("events")


def test_a_grant_made_by_hand_on_our_user_is_shown_and_taken_away(deployment: Deployment) -> None:
    from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

    deployment.stream("events")
    deployment.up()
    declared = deployment.live_acls()
    principal = f"User:{deployment.service('writer')}.g1"
    exact, allow = ResourcePatternType.LITERAL, AclPermissionType.ALLOW
    extra = AclBinding(ResourceType.TOPIC, "secret", exact, principal, "*", AclOperation.READ, allow)
    admin = deployment.cluster.admin()
    admin.create_acls([extra])[extra].result()
    preview = deployment.run("preview", "test")
    assert f"! {deployment.service('writer')}.g1 has Read on topic secret, undeclared\n" in preview.out
    assert deployment.up().code == 0
    assert deployment.live_acls() == declared


def test_a_topic_deleted_by_hand_is_said_and_made_again(deployment: Deployment) -> None:
    deployment.stream("events")
    deployment.up()
    admin = deployment.cluster.admin()
    admin.delete_topics([deployment.topic("events")])[deployment.topic("events")].result()
    again = deployment.up()
    assert (again.code, f"! topic {deployment.topic('events')} is gone\n" in again.out) == (0, True)
    assert set(deployment.live_topics()) == {deployment.topic("events")}


def test_a_rotation_overlaps_and_then_ends(deployment: Deployment) -> None:
    writer, topic = deployment.service("writer"), deployment.topic("events")
    deployment.stream("events")
    deployment.up()
    deployment.write_stack(f"  {writer}: {{generation: 2}}\n")
    assert deployment.up().code == 0
    assert [produce(deployment.client("writer", n), topic) for n in (1, 2)] == [None, None]
    old = deployment.client("writer", 1)
    deployment.write_stack(f"  {writer}: {{generation: 2, previous: revoked}}\n")
    assert deployment.up().code == 0
    assert login_error(old) == "_AUTHENTICATION"
    assert produce(deployment.client("writer", 2), topic) is None
    assert deployment.live_users() == {f"{writer}.g2"}
    assert {acl[0] for acl in deployment.live_acls()} == {f"User:{writer}.g2"}


def test_destroy_leaves_nothing_of_ours(deployment: Deployment) -> None:
    deployment.stream("events")
    deployment.up()
    assert deployment.destroy().code == 0
    assert (deployment.live_topics(), deployment.live_acls(), deployment.live_users()) == ({}, set(), set())
    assert [name for name in secret_files(deployment) if name.startswith(deployment.word)] == []


def test_no_password_is_anywhere_but_in_its_own_file(deployment: Deployment) -> None:
    deployment.stream("events")
    admin_password = deployment.cluster.admin_password_file.read_text().strip()
    process = deployment.start("up", "test", "--yes", "--engine", "embedded")
    arguments = ""
    while process.poll() is None:
        arguments += Path(f"/proc/{process.pid}/cmdline").read_text()
    out, err = process.communicate()
    password = deployment.client("writer")["sasl.password"]
    plan = deployment.run("plan", "test", "--json").text
    state = b"".join(
        path.read_bytes() for path in (deployment.project / ".levee").rglob("*") if path.is_file()
    ).decode()
    assert embedded_state(deployment.project, "test").is_dir()
    for secret in (password, admin_password):
        assert [where for where, text in locals_of(out, err, arguments, plan, state) if secret in text] == []
    others = [path for path in deployment.project.rglob("*") if path.is_file() and ".venv" not in path.parts]
    holding = {path.name for path in others if password in path.read_text()}
    assert holding == {f"{deployment.service('writer')}.g1{suffix}" for suffix in (".properties", ".java.properties")}
    assert {oct(path.stat().st_mode)[-3:] for path in others if path.name in holding} == {"600"}


def locals_of(out: str, err: str, arguments: str, plan: str, state: str) -> list[tuple[str, str]]:
    return [("stdout", out), ("stderr", err), ("arguments", arguments), ("plan", plan), ("state", state)]


def secret_files(deployment: Deployment) -> dict[str, bytes]:
    folder = deployment.project / "secrets"
    return {path.name: path.read_bytes() for path in folder.glob("*")} if folder.is_dir() else {}
