"""Providers that the CLI attaches to instead of starting them, as one debugs them: PULUMI_DEBUG_PROVIDERS."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from levee_infra.engines.pulumi.environment import environment
from tests.support.deployment import PROJECT, Deployment

pytestmark = [
    pytest.mark.integration,
    pytest.mark.engine,
]


@contextmanager
def plugin(name: str) -> Iterator[str]:
    """A plugin's process, as the variable names it."""
    command = [sys.executable, "-u", str(PROJECT / "infra" / "providers" / name)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"{name}:{int(process.stdout.readline())}"
        assert process.poll() is None, "the plugin has ended by itself"
    finally:
        process.terminate()
        assert process.wait(60) == 0


@pytest.fixture
def attached() -> Iterator[str]:
    with plugin("kafka") as kafka, plugin("levee") as levee:
        yield f"{kafka},{levee}"


def pulumi(deployment: Deployment, variables: Mapping[str, str], *arguments: str) -> str:
    command = ["pulumi", *arguments, "--stack", deployment.stack, "--non-interactive"]
    done = subprocess.run(
        command, cwd=deployment.project, env=dict(variables), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_they_serve_preview_and_update_of_one_run_and_the_runs_after_it(deployment: Deployment, attached: str) -> None:
    deployment.stream("events", consumers=f"[{{service: {deployment.service('reader')}, groups: [{deployment.word}]}}]")
    deployment.write_stack("".join(f"  {deployment.service(name)}: {{}}\n" for name in ("reader", "writer")))
    variables = environment(deployment.project) | {"PULUMI_DEBUG_PROVIDERS": attached}
    subprocess.run(["pulumi", "stack", "init", deployment.stack], cwd=deployment.project, env=variables, check=True)

    assert " created" in pulumi(deployment, variables, "up", "--yes")  # a preview, then the update
    pulumi(deployment, variables, "up", "--yes", "--expect-no-changes")
    assert deployment.topic("events") in deployment.live_topics()
    pulumi(deployment, variables, "destroy", "--yes")
    assert (deployment.live_topics(), deployment.live_users()) == ({}, set())
