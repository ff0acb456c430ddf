"""A plugin that engines attach to serves one after the other, and several connections of each."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import grpc
import pytest_asyncio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from levee_infra.providers.protocol.engine_session import EngineSessions
from levee_infra.providers.protocol.kind import Declaration, Package, Recorded, ResourceKind
from levee_infra.providers.protocol.plugin import PluginProvider
from levee_infra.providers.protocol.properties import Properties, encode
from tests.support.provider_host import connected, failure_of, listening

if TYPE_CHECKING:
    from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderAsyncStub

URN = "urn:pulumi:test::project::test:index:Note::n"


class Note(ResourceKind):
    """One that is made on a shelf, once it may be."""

    token = "test:index:Note"

    def __init__(self, shelf: str, may: asyncio.Event) -> None:
        self.shelf, self.may = shelf, may

    async def check(self, declaration: Declaration) -> Properties:
        return declaration.new

    async def create(self, new: Properties) -> Recorded:
        await self.may.wait()
        return Recorded(self.shelf, new, new)

    async def read(self, recorded: Recorded) -> Recorded | None:
        return recorded

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        return new

    async def delete(self, recorded: Recorded) -> None:
        """Nothing."""


class Provider(PluginProvider):
    name, version = "test", "1.0.0"

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()
        self.may.set()
        self.closed: list[str] = []

    def schema(self) -> str:
        return "{}"

    def check_config(self, config: Properties) -> None:
        """Anything goes."""

    def configure(self, config: Properties) -> Package:
        shelf = str(config["shelf"])

        async def close() -> None:
            self.closed.append(shelf)

        return Package((Note(shelf, self.may),), close)


class Served:
    """A provider that runs, and connections to it."""

    def __init__(self, provider: Provider, address: str, stack: AsyncExitStack) -> None:
        self.provider, self._address, self._stack = provider, address, stack

    async def connection(self, shelf: str = "") -> "ResourceProviderAsyncStub":
        """A new connection; with a shelf one that greets and configures, as the CLI does of an attached provider."""
        stub = await self._stack.enter_async_context(connected(self._address))
        if shelf:
            await greet(stub, shelf)
        return stub


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    provider = Provider()
    async with listening(provider) as address, AsyncExitStack() as stack:
        yield Served(provider, address, stack)


async def greet(stub: "ResourceProviderAsyncStub", shelf: str) -> None:
    await stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    await stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
    await configure(stub, shelf)


async def configure(stub: "ResourceProviderAsyncStub", shelf: str) -> None:
    await stub.Configure(provider_pb2.ConfigureRequest(args=encode({"shelf": shelf})))


async def create(stub: "ResourceProviderAsyncStub") -> str:
    made: provider_pb2.CreateResponse = await stub.Create(provider_pb2.CreateRequest(urn=URN))
    return made.id


async def cancel(stub: "ResourceProviderAsyncStub") -> None:
    await stub.Cancel(empty_pb2.Empty())


async def assert_refused(stub: "ResourceProviderAsyncStub") -> None:
    calls: Sequence[object] = (
        stub.Configure(provider_pb2.ConfigureRequest(args=encode({"shelf": "new"}))),
        stub.Check(provider_pb2.CheckRequest(urn=URN)),
        stub.Create(provider_pb2.CreateRequest(urn=URN)),
        stub.Delete(provider_pb2.DeleteRequest(urn=URN, id="x")),
    )
    for call in calls:
        error = await failure_of(call)  # type: ignore[arg-type]
        assert (error.code(), error.details()) == (grpc.StatusCode.CANCELLED, "the run was cancelled")


async def test_what_one_engine_cancelled_the_next_one_begins_anew(served: Served) -> None:
    preview = await served.connection("preview")
    await cancel(preview)
    update = await served.connection("update")
    assert await create(update) == "update"
    await assert_refused(preview)


async def test_a_port_that_comes_again_begins_anew_with_a_greeting(served: Served) -> None:
    stub = await served.connection("first")
    await cancel(stub)
    await greet(stub, "second")
    assert await create(stub) == "second"
    await cancel(stub)
    await stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))  # of an engine that attaches without a greeting
    await configure(stub, "third")
    assert await create(stub) == "third"


async def test_a_provider_let_go_amid_a_run_stops_no_other(served: Served) -> None:
    old, new = await served.connection("old"), await served.connection("new")
    await cancel(old)
    assert await create(new) == "new"
    await assert_refused(old)


async def test_two_configurations_at_once_stay_apart(served: Served) -> None:
    one, other = await served.connection("one"), await served.connection("other")
    assert (await create(one), await create(other)) == ("one", "other")
    assert served.provider.closed == []


async def test_what_is_under_way_runs_to_its_end_over_the_next_greeting(served: Served) -> None:
    served.provider.may.clear()
    preview = await served.connection("preview")
    under_way = asyncio.ensure_future(create(preview))
    while not next(iter(served.provider._sessions._by_peer.values())).under_way:
        await asyncio.sleep(0)
    await cancel(preview)
    update = await served.connection("update")
    assert served.provider.closed == []
    served.provider.may.set()
    assert await under_way == "preview"
    assert await create(update) == "update"


async def test_the_next_greeting_lets_go_of_what_ended(served: Served) -> None:
    for shelf in ("a", "b", "c"):
        await cancel(await served.connection(shelf))
    assert served.provider.closed == ["a", "b"]


async def test_a_connection_made_anew_goes_on_in_the_one_session_that_is_open(served: Served) -> None:
    await cancel(await served.connection("over"))
    await served.connection("open")
    assert await create(await served.connection()) == "open"


async def test_a_connection_made_anew_after_a_cancel_stays_cancelled(served: Served) -> None:
    await cancel(await served.connection("over"))
    error = await failure_of(create(await served.connection()))
    assert error.code() is grpc.StatusCode.CANCELLED


async def test_of_several_open_sessions_none_is_guessed(served: Served) -> None:
    await served.connection("one")
    await served.connection("other")
    error = await failure_of(create(await served.connection()))
    assert "is not configured" in str(error.details())


async def test_a_cancel_of_an_unknown_connection_holds(served: Served) -> None:
    await served.connection("one")
    await served.connection("other")
    lost = await served.connection()
    await cancel(lost)
    error = await failure_of(create(lost))
    assert error.code() is grpc.StatusCode.CANCELLED


def test_cancelling_before_anything_else_is_kept() -> None:
    sessions = EngineSessions()
    sessions.cancel("ipv4:127.0.0.1:1")
    assert sessions.of("ipv4:127.0.0.1:1").cancelled
