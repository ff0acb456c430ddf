"""The day on which a password was made goes with it: into the store, into the state, and on into the next store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from levee.clock import SYSTEM_CLOCK
from levee_infra.kafka.secret_store.client_settings import read_librdkafka, read_made, write_made
from levee_infra.providers.protocol.properties import Properties
from tests.support.cluster import LocalCluster
from tests.support.credential_engine import CredentialEngine, State, credential_engine
from tests.support.credential_inputs import WriterInputs

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def engine(cluster: LocalCluster) -> AsyncIterator[CredentialEngine]:
    async with credential_engine(cluster.provider_config()) as running:
        yield running


def undated(state: State) -> State:
    """The credential as an older version of levee left it."""
    file = state.secret_file
    file.write_text("".join(line for line in file.read_text().splitlines(keepends=True) if not line.startswith("#")))
    return replace(state, outputs={name: each for name, each in state.outputs.items() if name != "madeOn"})


async def test_it_is_noted_and_stays_what_it_was(
    engine: CredentialEngine, declare: WriterInputs, service: str, tmp_path: Path
) -> None:
    made = await engine.create(declare())
    today = SYSTEM_CLOCK.today()
    assert made.outputs["madeOn"] == {f"{service}.g1": today.isoformat()}
    assert read_made(made.secret_file.read_text()) == today
    assert read_librdkafka(made.secret_file.read_text())["sasl.username"] == f"{service}.g1"
    assert await engine.refresh(made) == made

    older = replace(made, outputs={**made.outputs, "madeOn": {f"{service}.g1": "2024-02-29"}})
    moved = await engine.up(older, declare(secretStore={"kind": "file", "directory": str(tmp_path / "elsewhere")}))
    assert moved.outputs["madeOn"] == {f"{service}.g1": "2024-02-29"}
    assert str(read_made(moved.secret_file.read_text())) == "2024-02-29"


async def test_the_store_dates_it_where_the_state_has_lost_it(
    engine: CredentialEngine, declare: WriterInputs, service: str
) -> None:
    made = await engine.create(declare())
    file = made.secret_file
    file.write_text(file.read_text().replace(write_made(SYSTEM_CLOCK.today()), "# password made on 2025-01-01\n"))
    lost = replace(made, outputs={name: each for name, each in made.outputs.items() if name != "madeOn"})
    found = await engine.refresh(lost)
    assert found is not None
    assert found.outputs["madeOn"] == {f"{service}.g1": "2025-01-01"}


async def test_one_that_nobody_dated_stays_undated_until_it_is_rotated(
    engine: CredentialEngine, declare: WriterInputs, service: str
) -> None:
    inputs: Properties = declare()
    older = undated(await engine.create(inputs))
    found = await engine.refresh(older)
    assert found is not None
    assert (found.drift, "madeOn" in found.outputs) == ([], False)
    rotated = await engine.up(found, declare(generation=2))
    assert rotated.outputs["madeOn"] == {f"{service}.g2": SYSTEM_CLOCK.today().isoformat()}
