"""The same stack through the Pulumi CLI and through the embedded engine: the brokers hold the same."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from levee_infra.engines.pulumi.environment import environment
from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment
from tests.support.kafka_clients import produce

pytestmark = [
    pytest.mark.integration,
    pytest.mark.engine,
]


REGULATED: Final[dict[str, Any]] = {"class": "audit", "retention": "90d", "partitions": 3}


def holdings(deployment: Deployment) -> tuple[object, ...]:
    """What the brokers hold for a deployment, its own word taken out."""

    def anonymous(text: str) -> str:
        return text.replace(deployment.word, "WORD")

    topics = {anonymous(name): shape for name, shape in deployment.live_topics().items()}
    settings = {key: deployment.live_settings(key) for key in ("audit", "events")}
    acls = {tuple(map(anonymous, acl)) for acl in deployment.live_acls()}
    return (topics, settings, acls, set(map(anonymous, deployment.live_users())))


def test_both_engines_make_the_same(tmp_path: Path, cluster: LocalCluster) -> None:
    held = {}
    for engine in ("embedded", "pulumi"):
        deployment = Deployment(tmp_path / engine, cluster, f"both-{engine}")
        deployment.stream(
            "events", consumers=f"[{{service: {deployment.service('reader')}, groups: [{deployment.word}]}}]"
        )
        deployment.stream("audit", **REGULATED)
        services = "".join(f"  {deployment.service(name)}: {{rotate_every: 90d}}\n" for name in ("reader", "writer"))
        deployment.write_stack(services)
        first = deployment.up(engine)
        assert first.code == 0, first.text
        assert f"engine: {engine}" in first.out
        again = deployment.up(engine)
        assert (again.code, "created" in again.summary) == (0, False), again.text
        assert "Updating (" not in again.out, "the program ran once, for the preview"
        held[engine] = holdings(deployment)
        assert produce(deployment.client("writer"), deployment.topic("audit")) is None

        deployment.set_by_hand("events", retention_ms="1000")
        assert deployment.up(engine).code == 0
        assert deployment.live_settings("events")["retention.ms"] == "604800000"

        (deployment.streams / "audit.yaml").unlink()
        refused = deployment.up(engine)
        assert (refused.code, "retire:" in refused.err) == (1, True), refused.text
        assert deployment.topic("audit") in deployment.live_topics()
    assert held["embedded"] == held["pulumi"]


def test_debug_output_is_whole_and_sent_together(deployment: Deployment) -> None:
    """The CLI takes every line of it, and shows it only where the user asks."""
    deployment.stream("events")
    assert deployment.up("pulumi").code == 0
    log = deployment.project / "events.json"
    command = ["pulumi", "preview", "--stack", deployment.stack, "--run-program", "--non-interactive"]
    run = partial(subprocess.run, cwd=deployment.project, capture_output=True, text=True, check=True)
    given = {**environment(deployment.project), "PULUMI_DEBUG_COMMANDS": "true"}
    silent = run([*command, "--event-log", str(log)], env=given)
    told = run([*command, "--debug"], env=given)
    line = "registering resource: ty=kafka:index/topic:Topic, name=events"
    assert (line in silent.stdout, line in told.stdout) == (False, True), told.stdout
    assert "run_pulumi_func completed" in told.stdout, "the last line of the SDK"
    calls = [each for each in log.read_text().splitlines() if '"severity":"debug"' in each and line in each]
    assert len(calls) == 1
    assert calls[0].count("rpc register resource") > 1, "with others"


def test_a_stack_of_one_engine_is_refused_to_the_other(deployment: Deployment) -> None:
    deployment.stream("events")
    assert deployment.up("embedded").code == 0
    refused = deployment.up("pulumi")
    assert (refused.code, "held by the embedded engine" in refused.err) == (2, True)
