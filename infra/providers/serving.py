"""Serves a provider as a plugin process: the port on the first line of standard output, then the protocol."""

import asyncio
import logging
import os
import signal
import sys
from typing import Final

import grpc.aio
from pulumi.runtime.proto import provider_pb2_grpc

from infra.providers.plugin import PluginProvider

MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""The engine's own limit (``rpcutil.GrpcChannelOptions``): a schema or a state can be large."""

GRACE_SECONDS: Final = 30.0
"""How long operations under way may take to end after a signal."""

PARENT_CHECK_SECONDS: Final = 1.0

ENDING: Final = (signal.SIGTERM, signal.SIGINT)


def serve(provider: PluginProvider) -> None:
    """Serve ``provider`` on a free loopback port until a signal ends it, or its parent is gone."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    asyncio.run(_serve(provider, parent=os.getppid()))


async def _serve(provider: PluginProvider, parent: int) -> None:
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES),
            ("grpc.max_send_message_length", MESSAGE_BYTES),
        ]
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await _until_ended(parent)
    await server.stop(GRACE_SECONDS)
    await provider.close()
    _ignore_further_signals()


async def _until_ended(parent: int) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, ended.set)
    # An engine that was killed outright sends nothing: a changed parent is the only sign of it.
    while not ended.is_set() and os.getppid() == parent:
        try:
            await asyncio.wait_for(ended.wait(), PARENT_CHECK_SECONDS)
        except TimeoutError:
            continue


def _ignore_further_signals() -> None:
    """A second signal to a process that ends already would find the loop's pipe closed, and print a traceback."""
    for number in ENDING:
        asyncio.get_running_loop().remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)
