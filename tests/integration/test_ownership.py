"""Two projects' stacks on one cluster: neither takes, changes or deletes what is the other's."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from levee.clock import SYSTEM_CLOCK
from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment
from tests.support.kafka_clients import login_error, produce
from tests.support.live_marks import mark_by_hand, marks_on, owners_of_user, unmark_by_hand
from tests.support.live_topics import create_by_hand

pytestmark = pytest.mark.integration

REGULATED = {"class": "audit", "retention": "90d"}
SETTINGS = {
    "cleanup.policy": "delete",
    "min.insync.replicas": "2",
    "retention.ms": "604800000",
    "unclean.leader.election.enable": "false",
}


def entry(key: str, day: datetime, more: str = "") -> str:
    return (
        f"{key}: {{on: {day.date().isoformat()}, approved_by: auditor@example.com, "
        f"reason: The order system is moved to this stack., ticket: OPS-1{more}}}\n"
    )


def project(folder: Path, cluster: LocalCluster, word: str, name: str, stack: str) -> Deployment:
    folder.mkdir()
    made = Deployment(folder, cluster, word, stack)
    settings = folder / "Pulumi.yaml"
    settings.write_text(settings.read_text().replace(f"name: {word}", f"name: {name}"))
    made.write_stack(f"  {made.service('writer')}: {{rotate_every: 90d}}\n")
    return made


@pytest.fixture
def staging(tmp_path: Path, cluster: LocalCluster, deployment: Deployment) -> Deployment:
    """A regulated stream with a record in it."""
    made = project(tmp_path / "shop", cluster, deployment.word, f"{deployment.word}-shop", "staging")
    made.stream("audit", **REGULATED)
    assert made.up().code == 0
    assert produce(made.client("writer"), made.topic("audit")) is None
    return made


@pytest.fixture
def dev(tmp_path: Path, cluster: LocalCluster, deployment: Deployment) -> Deployment:
    """Another project's stack, whose topics and services are called alike."""
    return project(tmp_path / "lab", cluster, deployment.word, f"{deployment.word}-lab", "dev")


def records(deployment: Deployment, key: str = "audit") -> int:
    return sum(deployment.end_offset(key, partition) for partition in (0, 1))


def test_another_stacks_topic_and_users_are_refused_all_at_once_and_outlive_a_destroy(
    staging: Deployment, dev: Deployment
) -> None:
    staging_owner = f"{dev.word}-shop/staging"
    user = f"{dev.service('writer')}.g1"
    before = (staging.live_topics(), staging.live_acls(), staging.live_users(), records(staging))
    for extra in ("", entry("adopt", SYSTEM_CLOCK.now() - timedelta(days=1))):
        dev.stream("audit", extra=extra, **REGULATED)
        dev.stream("debug")
        for command in (["preview", "dev"], ["up", "dev", "--yes"]):
            refused = dev.run(*command, "--engine", "embedded")
            assert refused.code == 1
            assert f"topic {dev.topic('audit')} belongs to {staging_owner}" in refused.err
            assert f"user {user} belongs to {staging_owner}" in refused.err
            assert "kafka-acls.sh --bootstrap-server BROKER --command-config ADMIN.properties" in refused.err
        assert dev.destroy().code == 0
        assert (staging.live_topics(), staging.live_acls(), staging.live_users(), records(staging)) == before
    assert login_error(staging.client("writer")) is None
    assert owners_of_user(staging.cluster, user) == {staging_owner}
    assert staging.up().summary.startswith("up: ")
    assert staging.run("verify", "staging").code == 0


def test_a_user_of_the_same_name_is_left_alone_where_topics_differ(staging: Deployment, dev: Deployment) -> None:
    staging_owner = f"{dev.word}-shop/staging"
    dev.stream("other")
    refused = dev.up()
    assert (refused.code, f"belongs to {staging_owner}" in refused.err) == (1, True)
    assert dev.topic("other") not in dev.live_topics()
    assert dev.destroy().code == 0
    assert produce(staging.client("writer"), staging.topic("audit")) is None


def test_a_grant_that_reaches_another_stacks_topic_or_group_is_refused_before_anything_is_made(
    staging: Deployment, dev: Deployment
) -> None:
    staging_owner, group = f"{dev.word}-shop/staging", dev.service("group")
    staging.stream("events", consumers=f"[{{service: {staging.service('reader')}, groups: [{group}]}}]")
    assert staging.up().code == 0
    before = (staging.live_topics(), staging.live_acls(), staging.live_users(), staging.live_marks())
    writer = f"[{{service: {dev.service('source')}, kind: application, producer: {{acks: all, idempotent: true}}}}]"
    dev.stream("zz", owner="platform-team", sources=writer)
    kept = "rotate_every: 90d, grants:"
    source = f"  {dev.service('source')}: {{rotate_every: 90d}}\n"
    reader = f"  {dev.service('other')}: {{{kept} [{{role: reader, streams: [zz], groups: [{group}]}}]}}\n"
    manager = f"  {dev.service('operator')}: {{{kept} [{{role: manager, topics: eu.{dev.word}.*}}]}}\n"
    dev.write_stack(manager + reader + source)
    for command in (["preview", "dev"], ["up", "dev", "--yes"]):
        refused = dev.run(*command, "--engine", "embedded")
        assert refused.code == 1, refused.text
        assert f"{dev.topic('audit')} of {staging_owner}, {dev.topic('events')} of {staging_owner}" in refused.err
        assert f"on consumer group {group} reaches {group} of {staging_owner}" in refused.err
        assert refused.err.count("stack.yaml:") == 2
    assert (staging.live_topics(), staging.live_acls(), staging.live_users(), staging.live_marks()) == before
    dev.write_stack(manager.replace(f"{dev.word}.*", f"{dev.word}.zz.*") + source)
    accepted = dev.up()
    assert accepted.code == 0, accepted.text
    assert staging.up().code == 0


def test_an_empty_topic_is_shown_as_adopted_and_outlives_the_stack(deployment: Deployment) -> None:
    topic = deployment.topic("events")
    create_by_hand(deployment.cluster, topic, 2, SETTINGS)
    deployment.stream("events")
    for result in (deployment.run("preview", "test", "--engine", "embedded"), deployment.up()):
        assert result.code == 0, result.text
        assert f"= adopt topic {deployment.topic('events')}" in result.out
    again = deployment.up()
    assert (again.code, "adopt" in again.out) == (0, False)
    assert produce(deployment.client("writer"), topic) is None
    destroyed = deployment.destroy()
    assert (destroyed.code, "was adopted" in destroyed.out) == (0, True)
    assert records(deployment, "events") == 1
    assert (marks_on(deployment.cluster, topic), deployment.live_users()) == (set(), set())


def test_records_take_a_dated_entry_that_is_in_force(deployment: Deployment) -> None:
    topic, today = deployment.topic("events"), SYSTEM_CLOCK.now()
    create_by_hand(deployment.cluster, topic, 2, SETTINGS)
    assert produce(deployment.cluster.client_config(), topic) is None
    for extra in ("", entry("adopt", today + timedelta(days=2))):
        deployment.stream("events", extra=extra)
        refused = deployment.up()
        assert (refused.code, "holds records" in refused.err, "adopt: {on: …" in refused.err) == (1, True, True)
        assert (marks_on(deployment.cluster, topic), deployment.live_users()) == (set(), set())
    deployment.stream("events", extra=entry("adopt", today - timedelta(days=1)))
    adopted = deployment.up()
    assert (adopted.code, f"= adopt topic {deployment.topic('events')}" in adopted.out) == (0, True)
    file = deployment.stream("events")  # the entry has served
    assert deployment.up().code == 0
    deployment.stream("others")
    file.unlink()
    assert deployment.up().code == 0
    assert records(deployment, "events") == 1
    assert marks_on(deployment.cluster, topic) == set()


def test_an_adopted_topic_goes_by_an_entry_that_names_it(deployment: Deployment) -> None:
    topic = deployment.topic("events")
    create_by_hand(deployment.cluster, topic, 2, SETTINGS)
    deployment.stream("events")
    deployment.stream("others")
    assert deployment.up().code == 0
    day = SYSTEM_CLOCK.now() - timedelta(days=1)
    file = deployment.stream("events", extra=entry("retire", day, f", deletes: {topic}"))
    assert deployment.up().code == 0
    assert topic in deployment.live_topics()
    file.unlink()
    assert deployment.up().code == 0
    assert (topic in deployment.live_topics(), marks_on(deployment.cluster, topic)) == (False, set())


def test_a_lost_mark_is_drift_fails_the_proof_and_is_written_again(deployment: Deployment) -> None:
    deployment.write_stack(f"  {deployment.service('writer')}: {{rotate_every: 90d}}\n")
    deployment.stream("events")
    assert deployment.up().code == 0
    topic = deployment.topic("events")
    unmark_by_hand(deployment.cluster, topic, deployment.owner)
    assert deployment.run("drift", "test", "--engine", "embedded").code == 3
    verified = deployment.run("verify", "test")
    assert verified.code == 1
    assert f"! topic {topic} doesn't bear the mark of its owner, {deployment.owner}" in verified.out
    repaired = deployment.up()
    assert (repaired.code, "owner" in repaired.out) == (0, True)
    assert deployment.run("verify", "test").code == 0
    mark_by_hand(deployment.cluster, topic, "shop/staging")
    refused = deployment.up()
    assert (refused.code, "belongs to shop/staging" in refused.err) == (1, True)
    verified = deployment.run("verify", "test")
    assert (verified.code, "shop/staging" in verified.out, "OUTSIDER" in verified.out) == (1, True, False)


def test_a_topic_in_the_state_that_another_stack_has_marked_is_let_go_of(deployment: Deployment) -> None:
    deployment.stream("events")
    assert deployment.up().code == 0
    topic = deployment.topic("events")
    unmark_by_hand(deployment.cluster, topic, deployment.owner)
    mark_by_hand(deployment.cluster, topic, "shop/staging")
    assert deployment.destroy().code == 0
    assert topic in deployment.live_topics()
    assert marks_on(deployment.cluster, topic) == {("Levee:shop/staging", "DESCRIBE")}
