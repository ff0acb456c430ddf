"""What Pulumi's Python SDK does for each resource beyond registering it, and what it costs, kept small.

Half of a program's time with thousands of resources goes there (docs/decisions/0025-the-cost-of-pulumis-engine.md).
"""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
from collections.abc import Iterator
from typing import Any, Final

import grpc
from pulumi.runtime.proto import engine_pb2

LINES: Final = 500
SECONDS: Final = 5.0
MONITOR_GONE: Final = "Resource monitor has terminated, shutting down"
"""What the SDK says as an error of its own when the engine has ended a run, having said why."""
GARBAGE: Final = (100_000, 50, 1_000)


class DebugTogether:
    """An engine whose debug lines are sent many at a time; all else goes through at once, and in order.

    The SDK sends several lines for each resource and waits for each to arrive, whether or not the user asked for them:
    only the CLI, which shows or drops them, knows of its `--debug`. Sent together they cost little and stay complete.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._held: list[str] = []
        self._lock = threading.RLock()

    def Log(self, request: engine_pb2.LogRequest) -> Any:  # noqa: N802 - the protocol's name
        """Take a message as the engine does."""
        with self._lock:
            if request.message == MONITOR_GONE:
                return None
            if request.severity == engine_pb2.DEBUG and not request.urn and not request.streamId:
                self._held.append(request.message)
                return self.send() if len(self._held) >= LINES else None
            self.send()
            return self._engine.Log(request)

    def send(self) -> None:
        """Send what is held. An engine that is gone needs no debug lines."""
        with self._lock:
            lines, self._held = self._held, []
            if lines:
                with contextlib.suppress(grpc.RpcError):
                    self._engine.Log(
                        engine_pb2.LogRequest(severity=engine_pb2.DEBUG, message="\n".join(lines)), timeout=SECONDS
                    )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def collect_garbage_seldom() -> None:
    """Let a process that ends soon, and keeps most of what it makes until then, not look for garbage all the time.

    By default Python goes through all of a program's resources and their outputs again with each few hundred more.
    """
    gc.set_threshold(*GARBAGE)


@contextlib.contextmanager
def without_source_positions() -> Iterator[None]:
    """Register resources without where in the code they are registered: that is one line of levee for all of them.

    The SDK has no option for it. It takes the stack by `traceback.extract_stack`, which looks up every file on it for
    every resource, and keeps to `sys.tracebacklimit`; of a single frame it tells nothing.
    """
    limit = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = 1
    try:
        yield
    finally:
        if limit is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = limit
