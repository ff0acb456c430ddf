"""Providers that the CLI attaches to instead of starting them, as one debugs them: PULUMI_DEBUG_PROVIDERS."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from infra.deployment.pulumi_environment import environment
from tests.support.deployment import PROJECT, Deployment

pytestmark = [
    pytest.mark.integration,
    pytest.mark.engine,
]


@pytest.fixture
def attached(tmp_path: Path) -> Iterator[str]:
    """Both plugins, running, as the variable names them."""
    with ExitStack() as running:
        ports = [f"{name}:{running.enter_context(_Plugin(name)).port}" for name in ("kafka", "levee")]
        yield ",".join(ports)


class _Plugin:
    """One plugin's process."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, "-u", str(PROJECT / "infra" / "providers" / name)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def __enter__(self) -> _Plugin:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.poll() is None, "the plugin has ended by itself"
        self._process.terminate()
        assert self._process.wait(60) == 0


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
