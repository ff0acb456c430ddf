"""A topic that somebody deleted and made again: drift says so, the proof fails, `up` waits for an acknowledgement."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from levee.clock import SYSTEM_CLOCK
from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment, Result
from tests.support.live_marks import marks_on
from tests.support.live_topics import create_by_hand, delete_by_hand, records_in, settings_of, write_records

pytestmark = pytest.mark.integration

REGULATED = {"class": "audit", "retention": "90d"}


def recreate(stack: Deployment, key: str) -> None:
    topic = stack.topic(key)
    settings, partitions = settings_of(stack.cluster, topic), stack.live_topics()[topic][0]
    delete_by_hand(stack.cluster, topic)
    create_by_hand(stack.cluster, topic, partitions, settings)


def approval(identity: str) -> str:
    until = (SYSTEM_CLOCK.now() + timedelta(days=7)).date().isoformat()
    terms = f"until: {until}, approved_by: owner@example.com, reason: The archive keeps its records., ticket: OPS-1"
    return f"approve: [{{change: recreated, identity: {identity}, {terms}}}]\n"


def identity_in(refusal: Result) -> str:
    written = re.search(r"change: recreated, identity: (\S+),", refusal.text)
    assert written is not None, refusal.text
    return written[1]


@pytest.mark.parametrize(
    "fields",
    [pytest.param(REGULATED, id="regulated"), pytest.param({}, id="of another class", marks=pytest.mark.soak)],
)
def test_until_it_is_acknowledged_nothing_goes_on(deployment: Deployment, fields: dict[str, str]) -> None:
    deployment.write_stack(f"  {deployment.service('writer')}: {{rotate_every: 90d}}\n")
    deployment.stream("events", **fields)
    deployment.stream("other")
    assert deployment.up().code == 0
    assert "2 of 2 topics compared with the ids" in deployment.run("verify", "test").out
    recreate(deployment, "events")

    drift = deployment.run("drift", "test")
    assert (drift.code, drift.out.count("was deleted and made again: its records are gone")) == (3, 1), drift.text
    proof = deployment.run("verify", "test")
    assert (proof.code, "deleted and made again: its records are gone" in proof.out) == (1, True), proof.text
    deployment.stream("other", retention="9d")
    refused = deployment.up()
    assert refused.code == 1
    anew = identity_in(refused)
    assert deployment.live_settings("other")["retention.ms"] == "604800000"

    deployment.stream("events", extra=approval(anew), **fields)
    assert deployment.up().code == 0
    proof = deployment.run("verify", "test")
    assert proof.code == 0, proof.text
    deployment.stream("events", **fields)
    again = deployment.up()
    assert (again.code, "updated" in again.summary) == (0, False), again.text
    assert deployment.run("drift", "test").code == 0


def test_its_file_is_gone_and_it_is_let_go_of(deployment: Deployment) -> None:
    topic = deployment.topic("events")
    deployment.stream("keeps")
    file = deployment.stream("events")
    deployment.up()
    recreate(deployment, "events")
    write_records(deployment.cluster, topic, 3)
    file.unlink()
    flags = ("--engine", "embedded", "--max-removed", "100")
    preview = deployment.run("preview", "test", *flags)
    told = f"let go of topic {topic}: it stays as it is: it isn't the one that levee made"
    assert (preview.code, told in preview.out) == (0, True), preview.text
    done = deployment.run("up", "test", "--yes", *flags)
    assert (done.code, told in done.out) == (0, True), done.text
    assert (records_in(deployment.cluster, topic), marks_on(deployment.cluster, topic)) == (3, set())
    again = deployment.run("up", "test", "--yes", *flags)
    assert (again.code, topic in again.out) == (0, False), again.text


def test_a_destroy_lets_go_of_it_too(deployment: Deployment) -> None:
    topic = deployment.topic("events")
    deployment.stream("events")
    deployment.up()
    recreate(deployment, "events")
    write_records(deployment.cluster, topic, 3)
    destroyed = deployment.destroy()
    assert (destroyed.code, f"let go of topic {topic}" in destroyed.out) == (0, True), destroyed.text
    assert records_in(deployment.cluster, topic) == 3


@pytest.mark.engine
def test_pulumi_too_tells_what_it_let_go_of(tmp_path: Path, cluster: LocalCluster) -> None:
    """The CLI calls it deleted: only its refresh, within the run, or the provider finds another topic."""
    deployment = Deployment(tmp_path / "pulumi", cluster, "recreated-pulumi")
    deployment.stream("events")
    deployment.stream("goes")
    undeclared = deployment.stream("undeclared")
    assert deployment.up("pulumi").code == 0
    topic, another = deployment.topic("events"), deployment.topic("undeclared")
    told = "let go of topic {}: it stays as it is: it isn't the one that levee made"
    recreate(deployment, "undeclared")
    write_records(cluster, another, 3)
    undeclared.unlink()
    done = deployment.run("up", "test", "--yes", "--engine", "pulumi", "--max-removed", "100")
    assert (done.code, done.out.count(told.format(another))) == (0, 1), done.text
    assert "1 let go" in done.summary

    recreate(deployment, "events")
    write_records(cluster, topic, 3)
    destroyed = deployment.destroy("pulumi")
    assert (destroyed.code, destroyed.out.count(told.format(topic))) == (0, 1), destroyed.text
    assert ", 1 let go" in destroyed.summary
    assert "warning: pulumi's event log" not in destroyed.out
    assert set(deployment.live_topics()) == {topic, another}
    assert (records_in(cluster, topic), records_in(cluster, another)) == (3, 3)


def test_a_state_that_was_lost_with_a_topic_made_anew_takes_an_approval(deployment: Deployment) -> None:
    import shutil

    from levee_infra.deployed.location import embedded_state

    topic = deployment.topic("events")
    deployment.stream("events")
    deployment.up()
    recreate(deployment, "events")
    write_records(deployment.cluster, topic, 5)
    shutil.rmtree(embedded_state(deployment.project, "test"))
    for refused in (deployment.run("preview", "test", "--engine", "embedded"), deployment.up()):
        assert (refused.code, "a mark outlives its topic" in refused.text) == (1, True), refused.text
    day = SYSTEM_CLOCK.now().date().isoformat()
    terms = f"on: {day}, approved_by: owner@example.com, reason: The records are the ones that we know., ticket: OPS-1"
    deployment.stream("events", extra=f"adopt: {{{terms}}}\n")
    taken = deployment.up()
    assert (taken.code, f"= adopt topic {topic}" in taken.out) == (0, True), taken.text
    assert deployment.destroy().code == 0
    assert (records_in(deployment.cluster, topic), marks_on(deployment.cluster, topic)) == (5, set())


def test_a_state_that_cannot_be_read_proves_nothing(deployment: Deployment) -> None:
    from levee_infra.deployed.location import embedded_state

    deployment.stream("events")
    deployment.up()
    for file in embedded_state(deployment.project, "test").iterdir():
        if file.is_file() and file.stat().st_size:
            file.write_bytes(b"\xff\xff not a journal\n" * 3)
    proof = deployment.run("verify", "test")
    assert proof.code != 0
    assert "Proved:" not in proof.out


def test_where_nothing_is_recorded_the_proof_says_so(deployment: Deployment) -> None:
    import shutil

    from levee_infra.deployed.location import embedded_state

    deployment.stream("events")
    deployment.up()
    shutil.rmtree(embedded_state(deployment.project, "test"))
    proof = deployment.run("verify", "test")
    assert (proof.code, "Identity: not compared" in proof.out) == (0, True), proof.text
