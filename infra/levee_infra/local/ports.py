"""Which ports are free, found before anything is changed."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterable

from levee_infra.local.failure import LocalClusterError
from levee_infra.local.settings import LOOPBACK, Node

POLL_S = 0.1
PATIENCE_S = 2.0
"""A broker that was killed a moment ago is gone from the process table before its ports are free."""


def require_free(nodes: Iterable[Node]) -> None:
    """Raise LocalClusterError, naming every port in use, unless the ports of all `nodes` are free."""
    wanted = [(node, port) for node in nodes for port in node.ports]
    deadline = time.monotonic() + PATIENCE_S
    while (taken := [(node, port) for node, port in wanted if not _is_free(port)]) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    if taken:
        names = ", ".join(f"{port} (of broker {node.id})" for node, port in taken)
        raise LocalClusterError(
            f"ports of {LOOPBACK} are in use by other programs: {names}; nothing was changed",
            f"end what uses them (to see it: `ss -ltnp` or `lsof -iTCP:{taken[0][1]}`), or choose others: --base-port",
        )


def answers(port: int) -> bool:
    """Whether something accepts a connection on `port`."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((LOOPBACK, port)) == 0


def becomes_free(port: int) -> bool:
    """Whether nothing listens on `port`, after a moment's patience."""
    deadline = time.monotonic() + PATIENCE_S
    while not _is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as server:
        # As Java binds: a connection of the last run that still waits to expire is no obstacle.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((LOOPBACK, port))
            server.listen(1)
        except OSError as refused:
            if refused.errno == errno.EADDRINUSE:
                return False
            raise LocalClusterError(f"{LOOPBACK}:{port} can't be listened on: {refused.strerror}") from None
    return True
