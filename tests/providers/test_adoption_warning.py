"""Pulumi's own engine calls an adoption a creation, and what is let go of deleted: the provider says what it is."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest
import pytest_asyncio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2

from levee_infra.providers.protocol.identity import STAYS
from levee_infra.providers.protocol.kind import Declaration, Package, Recorded, ResourceKind
from levee_infra.providers.protocol.plugin import PluginProvider
from levee_infra.providers.protocol.properties import Properties, encode
from tests.support.provider_host import hosted

URN = "urn:pulumi:test::project::test:index:Thing::t"


class Thing(ResourceKind):
    """One that is there already if its inputs say so."""

    token = "test:index:Thing"

    async def check(self, declaration: Declaration) -> Properties:
        return declaration.new

    async def preview_create(self, new: Properties) -> Properties:
        return {**new, "adopted": True} if new.get("there") else new

    async def create(self, new: Properties) -> Recorded:
        return Recorded("t", new, await self.preview_create(new))

    async def read(self, recorded: Recorded) -> Recorded | None:
        return recorded

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        return new

    async def delete(self, recorded: Recorded) -> bool | None:
        return bool(recorded.inputs.get("anew"))


class Provider(PluginProvider):
    name, version = "test", "1.0.0"

    def schema(self) -> str:
        return "{}"

    def check_config(self, config: Properties) -> None:
        """Anything goes."""

    def configure(self, config: Properties) -> Package:
        async def close() -> None:
            """Nothing is open."""

        return Package((Thing(),), close)


class Engine(engine_pb2_grpc.EngineServicer):
    """Takes log lines."""

    def __init__(self) -> None:
        self.logged: list[Any] = []

    async def Log(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.logged.append(request)
        return empty_pb2.Empty()


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[tuple[Engine, str]]:
    taking, server = Engine(), grpc.aio.server()
    engine_pb2_grpc.add_EngineServicer_to_server(taking, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield taking, address
    await server.stop(None)


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize("there", [True, False])
async def test_an_adoption_is_told(engine: tuple[Engine, str], *, preview: bool, there: bool) -> None:
    taking, address = engine
    async with hosted(Provider()) as stub:
        await stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=address))
        await stub.Configure(provider_pb2.ConfigureRequest(args=encode({})))
        await stub.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"there": there}), preview=preview))
    told = [(one.severity, one.urn, one.message.split(":")[0]) for one in taking.logged]
    assert told == ([(engine_pb2.WARNING, URN, "= adopt")] if there else [])


@pytest.mark.parametrize("anew", [True, False])
async def test_what_stays_as_somebody_made_it_anew_is_told(engine: tuple[Engine, str], *, anew: bool) -> None:
    taking, address = engine
    recorded = encode({"anew": anew})
    async with hosted(Provider()) as stub:
        await stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=address))
        await stub.Configure(provider_pb2.ConfigureRequest(args=encode({})))
        await stub.Delete(provider_pb2.DeleteRequest(id="t", urn=URN, old_inputs=recorded, properties=recorded))
    told = [(one.severity, one.urn, one.message) for one in taking.logged]
    assert told == ([(engine_pb2.WARNING, URN, STAYS)] if anew else [])


async def test_an_engine_that_takes_no_line_changes_nothing() -> None:
    async with hosted(Provider()) as stub:
        await stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
        await stub.Configure(provider_pb2.ConfigureRequest(args=encode({})))
        answer = await stub.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"there": True})))
    assert answer.id == "t"
