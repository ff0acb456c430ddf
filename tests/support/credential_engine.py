"""What an engine does with ServiceCredentials, over real gRPC: check, create, refresh, diff, update, delete."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime.proto import provider_pb2

from levee.clock import SYSTEM_CLOCK
from levee_infra.kafka.secret_store.client_settings import read_librdkafka
from levee_infra.providers.levee.provider import LeveeProvider
from levee_infra.providers.protocol.properties import Properties, decode, encode
from tests.support.provider_host import hosted

if TYPE_CHECKING:
    from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderAsyncStub

TOKEN = "levee:kafka:ServiceCredential"


@dataclass(frozen=True)
class State:
    """A resource as an engine keeps it between runs."""

    id: str
    inputs: Properties
    outputs: Properties

    @property
    def drift(self) -> list[str]:
        found = self.outputs.get("drift", [])
        assert isinstance(found, list)
        return [str(sentence) for sentence in found]

    @property
    def secret_file(self) -> Path:
        return Path(str(self.outputs["secretRef"]).removeprefix("file:"))


def client_settings(state: State) -> dict[str, Any]:
    """The newest generation's file, as a confluent_kafka client takes it."""
    return read_librdkafka(state.secret_file.read_text())


class CredentialEngine:
    """One run of an engine. ``traffic`` collects every message, to be searched for what must not be there."""

    def __init__(self, stub: "ResourceProviderAsyncStub") -> None:
        self._stub = stub
        self.traffic: list[str] = []

    async def check(self, inputs: Properties, old: Properties | None = None) -> tuple[Properties, dict[str, str]]:
        request = provider_pb2.CheckRequest(urn=_urn(inputs), news=encode(inputs), olds=encode(old or {}))
        response = await self._seen(self._stub.Check(request))
        return decode(response.inputs), {failure.property: failure.reason for failure in response.failures}

    async def create(self, inputs: Properties, *, preview: bool = False) -> State:
        checked, failures = await self.check(inputs)
        assert failures == {}
        request = provider_pb2.CreateRequest(urn=_urn(inputs), properties=encode(checked), preview=preview)
        response = await self._seen(self._stub.Create(request))
        return State(response.id, checked, decode(response.properties))

    async def refresh(self, state: State) -> State | None:
        request = provider_pb2.ReadRequest(
            id=state.id, urn=_urn(state.inputs), inputs=encode(state.inputs), properties=encode(state.outputs)
        )
        response = await self._seen(self._stub.Read(request))
        if not response.id:
            return None
        return State(response.id, decode(response.inputs), decode(response.properties))

    async def diff(self, state: State, inputs: Properties) -> Mapping[str, int]:
        request = provider_pb2.DiffRequest(
            id=state.id,
            urn=_urn(state.inputs),
            old_inputs=encode(state.inputs),
            olds=encode(state.outputs),
            news=encode(inputs),
        )
        response = await self._seen(self._stub.Diff(request))
        assert not response.replaces
        assert bool(response.detailedDiff) == (response.changes == provider_pb2.DiffResponse.DIFF_SOME)
        return {path: difference.kind for path, difference in response.detailedDiff.items()}

    async def update(self, state: State, inputs: Properties, *, preview: bool = False) -> State:
        checked, failures = await self.check(inputs, state.inputs)
        assert failures == {}
        request = provider_pb2.UpdateRequest(
            id=state.id,
            urn=_urn(state.inputs),
            old_inputs=encode(state.inputs),
            olds=encode(state.outputs),
            news=encode(checked),
            preview=preview,
        )
        response = await self._seen(self._stub.Update(request))
        return replace(state, inputs=checked, outputs=decode(response.properties))

    async def up(self, state: State | None, inputs: Properties) -> State:
        """Refresh, then create or update only if something differs, as an engine does."""
        live = await self.refresh(state) if state else None
        if live is None:
            return await self.create(inputs)
        checked, failures = await self.check(inputs, live.inputs)
        assert failures == {}
        return await self.update(live, inputs) if await self.diff(live, checked) else live

    async def delete(self, state: State) -> None:
        request = provider_pb2.DeleteRequest(
            id=state.id,
            urn=_urn(state.inputs),
            old_inputs=encode(state.inputs),
            properties=encode(state.outputs),
        )
        await self._seen(self._stub.Delete(request))

    async def _seen(self, call: Any) -> Any:
        response = await call
        self.traffic.append(str(response))
        return response


def _urn(inputs: Properties) -> str:
    return f"urn:pulumi:test::project::{TOKEN}::{inputs.get('service')}"


@contextlib.asynccontextmanager
async def credential_engine(connection: Mapping[str, object]) -> AsyncIterator[CredentialEngine]:
    """Host a levee provider that is configured for one cluster."""
    provider = LeveeProvider(SYSTEM_CLOCK)
    async with hosted(provider) as stub:
        config: Any = {"kafka": dict(connection)}
        checked = await stub.CheckConfig(
            provider_pb2.CheckRequest(urn="urn:pulumi:test::p::pulumi:providers:levee::levee", news=encode(config))
        )
        if checked.failures:
            pytest.fail(f"the configuration is refused: {[failure.reason for failure in checked.failures]}")
        await stub.Configure(provider_pb2.ConfigureRequest(args=checked.inputs))
        yield CredentialEngine(stub)
