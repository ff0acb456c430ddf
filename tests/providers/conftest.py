"""A provider over real gRPC."""

from collections.abc import AsyncIterator

import pytest_asyncio
from pulumi.runtime.proto import provider_pb2

from tests.support.note_provider import NoteProvider, Served
from tests.support.provider_host import hosted


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    provider = NoteProvider()
    async with hosted(provider) as stub:
        await stub.Configure(provider_pb2.ConfigureRequest())
        yield Served(provider, stub)
