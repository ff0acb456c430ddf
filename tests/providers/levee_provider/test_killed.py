"""An operation that is killed outright between any two of its steps is finished by the next run."""

import dataclasses
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from levee_infra.kafka.secret_store.client_settings import read_librdkafka
from levee_infra.providers.protocol.properties import Properties
from tests.support.cluster import PROJECT, LocalCluster
from tests.support.credential_engine import CredentialEngine, State, client_settings, credential_engine
from tests.support.credential_inputs import WriterInputs
from tests.support.kafka_clients import produce
from tests.support.live_credentials import acls_of, users
from tests.support.live_marks import owners_of_user

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


OWNER = "shop/test"


@pytest_asyncio.fixture
async def engine(cluster: LocalCluster) -> AsyncIterator[CredentialEngine]:
    """One that marks what it makes, as the process that dies does."""
    async with credential_engine({**cluster.provider_config(), "owner": OWNER}) as running:
        yield running


@pytest.fixture
def kill(cluster: LocalCluster, tmp_path: Path) -> Callable[..., bool]:
    """Runs an operation in a process that dies just before a step; False if it had no such step."""

    def run(operation: str, step: int, state: State | None = None, inputs: Properties | None = None) -> bool:
        work = tmp_path / "work.json"
        work.write_text(
            json.dumps(
                {
                    "connection": {**cluster.provider_config(), "owner": OWNER},
                    "operation": operation,
                    "step": step,
                    "state": dataclasses.asdict(state) if state else None,
                    "inputs": inputs,
                }
            )
        )
        process = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tests.support.dying_engine", str(work)],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert process.returncode in {0, -signal.SIGKILL}, process.stderr[-2_000:]
        return process.returncode != 0

    return run


def passwords(directory: Path) -> dict[str, str]:
    records = [path for path in directory.glob("*.properties") if not path.name.endswith(".java.properties")]
    return {path.name: read_librdkafka(path.read_text())["sasl.password"] for path in records}


async def test_a_killed_create_is_finished_with_the_same_password(
    engine: CredentialEngine,
    declare: WriterInputs,
    cluster: LocalCluster,
    service: str,
    topic: str,
    kill: Callable[..., bool],
) -> None:
    steps = 0
    for step in itertools.count():
        inputs = declare(service=f"{service}-{step}")
        was_killed = kill("create", step, inputs=inputs)
        before = passwords(declare.directory)
        state = await engine.create(inputs)
        after = passwords(declare.directory)
        assert before.items() <= after.items()
        assert produce(client_settings(state), topic) is None
        assert await engine.refresh(state) == state
        assert acls_of(cluster, f"User:{service}-{step}.g1") == {("WRITE", topic), ("DESCRIBE", topic)}
        assert owners_of_user(cluster, f"{service}-{step}.g1") == {OWNER}
        if not was_killed:
            break
        steps += 1
    assert steps == 4  # the mark, the secret, its ACLs, its user


async def test_a_killed_rotation_is_finished_and_never_cuts_a_client_off(
    engine: CredentialEngine,
    declare: WriterInputs,
    cluster: LocalCluster,
    service: str,
    topic: str,
    kill: Callable[..., bool],
) -> None:
    steps = 0
    for step in itertools.count():
        name = f"{service}-{step}"
        second = await engine.up(await engine.create(declare(service=name)), declare(service=name, generation=2))
        inputs = declare(service=name, generation=3)
        was_killed = kill("update", step, second, inputs)
        assert produce(client_settings(second), topic) is None
        third = await engine.up(second, inputs)
        assert produce(client_settings(second), topic) is None
        assert produce(client_settings(third), topic) is None
        assert users(cluster, name) == {f"{name}.g2", f"{name}.g3"}
        assert acls_of(cluster, f"User:{name}.g1") == set()
        assert {file for file in passwords(declare.directory) if file.startswith(name)} == {
            f"{name}.g2.properties",
            f"{name}.g3.properties",
        }
        assert await engine.refresh(third) == third
        if not was_killed:
            break
        steps += 1
    assert steps == 8  # four to make generation 3, four to revoke generation 1


async def test_a_killed_deletion_is_finished(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str, kill: Callable[..., bool]
) -> None:
    steps = 0
    for step in itertools.count():
        name = f"{service}-{step}"
        state = await engine.create(declare(service=name))
        was_killed = kill("delete", step, state)
        live = await engine.refresh(state)
        assert live is None or was_killed
        await engine.delete(state)
        assert owners_of_user(cluster, f"{name}.g1") == set()
        assert users(cluster, name) == set()
        assert acls_of(cluster, f"User:{name}.g1") == set()
        assert passwords(declare.directory) == {}
        if not was_killed:
            break
        steps += 1
    assert steps == 4  # its ACLs, its user, the secret, the mark


async def test_deleting_after_a_killed_rotation_leaves_no_generation_behind(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str, kill: Callable[..., bool]
) -> None:
    for step in (2, 3):
        name = f"{service}-{step}"
        state = await engine.create(declare(service=name))
        assert kill("update", step, state, declare(service=name, generation=2))
        assert f"{name}.g2.properties" in passwords(declare.directory)
        await engine.delete(state)
        assert users(cluster, name) == set()
        assert acls_of(cluster, f"User:{name}.g2") == set()
        assert passwords(declare.directory) == {}
