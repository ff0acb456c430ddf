"""An operation that fails half way leaves a state from which the next run goes on, or removes everything."""

import asyncio
from typing import Any, cast

import pytest
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2

from levee_infra.kafka.credential.credential_cluster import CredentialCluster
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.properties import Properties, decode
from tests.support.cluster import LocalCluster
from tests.support.credential_engine import CredentialEngine, State, client_settings
from tests.support.credential_inputs import WriterInputs
from tests.support.kafka_clients import produce
from tests.support.live_credentials import acls_of, users
from tests.support.provider_host import failure_of

pytestmark = pytest.mark.integration


async def half_done(call: Any, inputs: Properties) -> State:
    """The state that an engine keeps of an operation that failed half way."""
    error = await failure_of(call)
    metadata = cast("Any", error.trailing_metadata())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    return State(detail.id, inputs, decode(detail.properties))


@pytest.fixture
def no_passwords(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The brokers take no password until it is undone."""

    async def refuse(*_: object) -> None:
        raise FailedError("the controller is gone")

    monkeypatch.setattr(CredentialCluster, "set_password", refuse)
    return monkeypatch


async def test_a_half_made_credential_is_finished_by_the_next_run(
    engine: CredentialEngine, declare: WriterInputs, topic: str, no_passwords: pytest.MonkeyPatch
) -> None:
    inputs, _ = await engine.check(declare())
    state = await half_done(engine.create(declare()), inputs)
    assert state.drift == ["not finished: the controller is gone"]
    assert "drift" in await engine.diff(state, inputs)
    no_passwords.undo()
    state = await engine.up(state, declare())
    assert produce(client_settings(state), topic) is None
    assert await engine.refresh(state) == state


async def test_a_half_made_credential_can_be_removed(
    engine: CredentialEngine,
    declare: WriterInputs,
    cluster: LocalCluster,
    service: str,
    no_passwords: pytest.MonkeyPatch,
) -> None:
    inputs, _ = await engine.check(declare())
    state = await half_done(engine.create(declare()), inputs)
    assert acls_of(cluster, f"User:{service}.g1")
    await engine.delete(state)
    assert not acls_of(cluster, f"User:{service}.g1")
    assert sorted(path.name for path in declare.directory.iterdir()) == [".gitignore", "ca.pem"]


async def test_a_half_done_rotation_still_knows_every_generation(
    engine: CredentialEngine,
    declare: WriterInputs,
    cluster: LocalCluster,
    service: str,
    topic: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = await engine.up(await engine.create(declare()), declare(generation=2))
    inputs, _ = await engine.check(declare(generation=3), second.inputs)

    async def refuse(*_: object) -> None:
        raise FailedError("the controller is gone")

    monkeypatch.setattr(CredentialCluster, "remove_user", refuse)
    third = await half_done(engine.update(second, declare(generation=3)), inputs)
    monkeypatch.undo()
    assert third.outputs["principals"] == [f"User:{service}.g{number}" for number in (1, 2, 3)]
    live = await engine.refresh(third)
    assert live is not None
    assert f"{service}.g1 should be revoked, and isn't altogether" in live.drift
    third = await engine.up(third, declare(generation=3))
    assert users(cluster, service) == {f"{service}.g2", f"{service}.g3"}
    assert produce(client_settings(third), topic) is None
    assert await engine.refresh(third) == third


async def test_one_services_failure_is_not_another_ones(
    engine: CredentialEngine, declare: WriterInputs, service: str, topic: str
) -> None:
    taken = await engine.create(declare(service=f"{service}-taken"))
    taken.secret_file.unlink()
    answers = await asyncio.gather(
        engine.create(declare(service=f"{service}-a")),
        engine.create(declare(service=f"{service}-taken")),
        engine.create(declare(service=f"{service}-b")),
        return_exceptions=True,
    )
    assert [isinstance(answer, State) for answer in answers] == [True, False, True]
    assert isinstance(answers[0], State)
    assert produce(client_settings(answers[0]), topic) is None
