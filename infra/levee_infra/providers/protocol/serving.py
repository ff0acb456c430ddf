"""Serves a provider as a plugin process: the port on the first line of standard output, then the protocol."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from typing import Final

import grpc.aio
from pulumi.runtime.proto import provider_pb2_grpc
from typing_extensions import override

from levee.diagnostics.text import one_line
from levee_infra.fault import fault
from levee_infra.providers.protocol.plugin import PluginProvider

MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""The engine's own limit (``rpcutil.GrpcChannelOptions``): a schema or a state can be large."""

GRACE_SECONDS: Final = 30.0
"""How long operations under way may take to end after a signal."""

PARENT_CHECK_SECONDS: Final = 1.0


class _WithoutTraceback(logging.Formatter):
    """What libraries log on standard error, which the engine shows to the user: of an exception a line, no value."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        return fault(error) if error is not None else one_line(record.getMessage())


def serve(provider: PluginProvider) -> None:
    """Serve ``provider`` on a free loopback port until a signal ends it, or its parent is gone; then end the process.

    It ends here: a further signal would be shown as a traceback while the interpreter takes itself apart.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutTraceback())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    asyncio.run(_serve(provider, parent=os.getppid()))


async def _serve(provider: PluginProvider, parent: int) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
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
    # An engine that was killed outright sends nothing: a changed parent is the only sign of it.
    while not ended.is_set() and os.getppid() == parent:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), PARENT_CHECK_SECONDS)
    await server.stop(GRACE_SECONDS)
    await provider.close()
    os._exit(0)
