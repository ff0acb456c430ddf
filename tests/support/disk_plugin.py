"""Serves ``disk_provider`` as the real engine wants it: ``python -m tests.support.disk_plugin`` prints its port."""

import asyncio
import sys
from typing import Any, cast

import grpc.aio
from pulumi.runtime.proto import provider_pb2_grpc

from tests.support.disk_provider import DiskProvider


async def serve() -> None:
    """Serve until the engine ends this process."""
    server = grpc.aio.server()
    cast("Any", provider_pb2_grpc).add_ResourceProviderServicer_to_server(DiskProvider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve())
