"""Hosts a provider over real gRPC, the way the engine talks to it."""

import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import TYPE_CHECKING, Any, cast

import grpc
import grpc.aio
import pytest
from pulumi.runtime.proto import provider_pb2_grpc

from levee_infra.providers.protocol.plugin import PluginProvider

if TYPE_CHECKING:
    from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderAsyncStub


@contextlib.asynccontextmanager
async def hosted(provider: PluginProvider) -> "AsyncIterator[ResourceProviderAsyncStub]":
    """Serve ``provider`` on a free port of this process's loop and yield a client of it."""
    async with listening(provider) as address, connected(address) as stub:
        yield stub


@contextlib.asynccontextmanager
async def listening(provider: PluginProvider) -> AsyncIterator[str]:
    """Serve ``provider`` and yield its address, for several connections."""
    server = grpc.aio.server()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)
        await provider.close()


@contextlib.asynccontextmanager
async def connected(address: str) -> "AsyncIterator[ResourceProviderAsyncStub]":
    """A client with a connection of its own, as each provider that an engine loads has."""
    async with grpc.aio.insecure_channel(address, (("grpc.use_local_subchannel_pool", 1),)) as channel:
        yield cast("Any", provider_pb2_grpc.ResourceProviderStub)(channel)


async def failure_of(call: Awaitable[object]) -> grpc.aio.AioRpcError:
    """Await a call that must fail, and return its error."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value
