"""What `levee` refuses, on real brokers: exit code, what to do, and nothing changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from levee.clock import SYSTEM_CLOCK
from tests.support.deployment import Deployment
from tests.support.kafka_clients import produce
from tests.support.live_topics import create_by_hand

pytestmark = pytest.mark.integration


@pytest.fixture
def audit(deployment: Deployment) -> Deployment:
    """A deployed, regulated stream `audit` with a record in it, beside an unregulated one."""
    regulated = {"class": "audit", "retention": "90d"}
    deployment.write_stack(f"  {deployment.service('writer')}: {{rotate_every: 90d}}\n")
    deployment.stream("audit", **regulated)
    deployment.stream("debug")
    assert deployment.up().code == 0
    assert produce(deployment.client("writer"), deployment.topic("audit")) is None
    return deployment


def held(deployment: Deployment) -> tuple[object, ...]:
    """Everything that must be as it was."""
    return (deployment.live_topics(), deployment.live_acls(), deployment.live_users(), records(deployment))


def records(deployment: Deployment) -> int:
    return sum(deployment.end_offset("audit", partition) for partition in (0, 1))


def entry(day: date) -> str:
    return (
        f"retire: {{on: {day.isoformat()}, approved_by: auditor@example.com, "
        "reason: The order system is shut down for good., ticket: OPS-1}\n"
    )


@pytest.mark.parametrize("command", ["preview", "up"])
@pytest.mark.parametrize(
    ("change", "says", "advises"),
    [
        ({"partitions": 1}, "error[partition-decrease]", "help: write partitions: 2"),
        ({"replication": 2, "min_insync": 1}, "error[RLS-DUR-001]", "help: write `replication: 3`"),
        ({"topic": "eu.renamed.audit.v1"}, "rename", "declare eu.renamed.audit.v1 as a second topic"),
    ],
)
def test_a_change_that_would_need_a_new_topic(
    audit: Deployment, command: str, change: dict[str, Any], says: str, advises: str
) -> None:
    before = held(audit)
    audit.stream("audit", **{"class": "audit", "retention": "90d"} | change)
    audit.stream("debug", retention="1d")  # a fine change beside it isn't made either
    result = audit.run(command, "test", *(["--yes"] if command == "up" else []), "--engine", "embedded")
    assert result.code == 1
    assert says in result.err
    assert advises in result.err
    assert held(audit) == before
    assert audit.live_settings("debug")["retention.ms"] == "604800000"


@pytest.mark.parametrize("command", ["preview", "up"])
def test_removing_a_protected_stream(audit: Deployment, command: str) -> None:
    before = held(audit)
    (audit.streams / "audit.yaml").unlink()
    result = audit.run(command, "test", *(["--yes"] if command == "up" else []), "--engine", "embedded")
    assert (result.code, "protected" in result.err, "retire:" in result.err) == (1, True, True)
    assert held(audit) == before


@pytest.mark.parametrize("command", ["preview", "up"])
def test_a_change_that_the_rules_refuse(audit: Deployment, command: str) -> None:
    before = held(audit)
    audit.stream("audit", **{"class": "audit", "retention": "31d"})
    reader, group = audit.service("reader"), audit.service("group")
    audit.stream("debug", partitions=4, consumers=f"[{{service: {reader}, groups: [{group}]}}]")
    result = audit.run(command, "test", *(["--yes"] if command == "up" else []), "--engine", "embedded")
    assert result.code == 1
    assert [rule for rule in ("RLS-BLR-003", "RLS-BLR-004", "RLS-BLR-006") if rule not in result.err] == []
    assert held(audit) == before


def test_destroying_a_stack_with_a_protected_stream(audit: Deployment) -> None:
    before = held(audit)
    result = audit.destroy()
    assert (result.code, "protected" in result.err) == (1, True)
    assert held(audit) == before


def test_retiring_takes_a_dated_entry_and_a_second_step(audit: Deployment) -> None:
    today = SYSTEM_CLOCK.today()
    file = audit.stream("audit", extra=entry(today + timedelta(days=30)), **{"class": "audit", "retention": "90d"})
    assert audit.up().code == 0
    file.unlink()
    assert audit.up().code == 1, "the day has not come"
    file = audit.stream("audit", extra=entry(today - timedelta(days=1)), **{"class": "audit", "retention": "90d"})
    assert audit.up().code == 0
    assert records(audit) == 1
    file.unlink()
    assert audit.up().code == 0
    assert audit.topic("audit") not in audit.live_topics()


def test_a_topic_that_somebody_else_made_differently_is_not_taken_over(deployment: Deployment) -> None:
    create_by_hand(deployment.cluster, deployment.topic("events"), partitions=2)
    deployment.stream("events")
    result = deployment.up()
    assert (result.code, "change the stream's file to what the topic is" in result.err) == (1, True)
    assert "retention.ms" not in deployment.live_settings("events")


def test_moving_an_unprotected_stream_to_another_key_keeps_its_topic(deployment: Deployment) -> None:
    file = deployment.stream("events")
    deployment.up()
    assert produce(deployment.client("writer"), deployment.topic("events")) is None
    moved = file.rename(file.with_name("renamed.yaml"))
    refused = deployment.up()
    assert (refused.code, "adopt: {on: …" in refused.err) == (1, True)
    with moved.open("a") as stream:
        stream.write(
            f"adopt: {{on: {SYSTEM_CLOCK.today()}, approved_by: dpo, reason: it moves to another key, ticket: G-1}}\n"
        )
    assert deployment.up().code == 0
    assert deployment.end_offset("events") + deployment.end_offset("events", 1) == 1


@pytest.mark.parametrize("command", ["preview", "up"])
def test_another_cluster_than_declared(deployment: Deployment, command: str) -> None:
    deployment.stream("events")
    stack = deployment.folder / "stack.yaml"
    stack.write_text(stack.read_text().replace(deployment.cluster.cluster_id, "AAAAAAAAAAAAAAAAAAAAAA"))
    result = deployment.run(command, "test", *(["--yes"] if command == "up" else []))
    assert (result.code, "error[wrong-cluster]" in result.err) == (1, True)
    assert deployment.live_topics() == {}


def test_brokers_outside_the_declared_region(deployment: Deployment) -> None:
    deployment.stream("events")
    stack = deployment.folder / "stack.yaml"
    stack.write_text(stack.read_text().replace("region: eu-west-1", "region: eu-central-1"))
    result = deployment.up()
    assert (result.code, result.err.count("error[wrong-region]")) == (1, 3)
    assert deployment.live_topics() == {}


def test_a_cluster_that_does_not_answer(deployment: Deployment) -> None:
    deployment.stream("events")
    stack = deployment.folder / "stack.yaml"
    text = stack.read_text()
    start = text.index("bootstrap: ")
    stack.write_text(text[:start] + 'bootstrap: ["127.0.0.1:1"]\n' + text[text.index("\n", start) + 1 :])
    result = deployment.up()
    assert (result.code, "help:" in result.err) == (1, True), result.text


def test_without_a_terminal_up_wants_a_yes(deployment: Deployment) -> None:
    deployment.stream("events")
    result = deployment.run("up", "test")
    assert (result.code, "--yes" in result.err) == (2, True)
    assert deployment.live_topics() == {}


def test_a_second_run_is_refused_and_told_who_runs(deployment: Deployment) -> None:
    from levee_infra.deployed.location import embedded_state
    from levee_infra.engines.embedded.lock import hold

    deployment.stream("events")
    with hold(embedded_state(deployment.project, "test"), "levee up test"):
        result = deployment.up()
    assert (result.code, "levee up test" in result.err, "process" in result.err) == (1, True, True)
