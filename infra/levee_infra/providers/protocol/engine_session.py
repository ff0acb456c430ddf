"""What a plugin keeps for each connection of an engine.

A plugin that engines attach to (PULUMI_DEBUG_PROVIDERS) outlives them, and one engine opens several connections: one
for each provider resource that it loads. It cancels each of them when it lets go of it, at the end of a run or amid it
(``hostManagedProvider.Close`` in ``pkg/host/host.go``), so nothing of one connection may touch another.
"""

import contextlib
from collections.abc import Mapping
from typing import Any, Final

import grpc
import grpc.aio
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from levee_infra.providers.protocol.held_back import HeldBack
from levee_infra.providers.protocol.kind import Function, Package, ResourceKind

ENGINE_SECONDS: Final = 5.0


class EngineSession:
    """What one connection configured, until it is cancelled."""

    def __init__(self, engine_address: str = "", *, cancelled: bool = False) -> None:
        self.engine_address = engine_address
        self.cancelled = cancelled
        self.held_back = HeldBack()
        self.refuses_destroy = False
        self.is_declared = False
        """Whether anything was checked, as it is where a program declares it."""
        self.under_way = 0
        """Calls that have begun and not ended."""
        self._package: Package | None = None
        self.kinds: Mapping[str, ResourceKind] = {}
        self.functions: Mapping[str, Function] = {}

    async def configure(self, package: Package, *, refuses_destroy: bool = False) -> None:
        """Use the package from now on. `refuses_destroy`: delete nothing until something is declared."""
        await self.close()
        self.refuses_destroy, self.is_declared = refuses_destroy, False
        self._package = package
        self.kinds = {kind.token: kind for kind in package.kinds}
        self.functions = package.functions

    async def warn(self, urn: str, message: str) -> None:
        """Warn in the engine's own output, which calls an adoption a creation, and what is let go of deleted.

        Not to get through is no failure.
        """
        if not self.engine_address:
            return
        warning = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn)
        with contextlib.suppress(grpc.RpcError):
            async with grpc.aio.insecure_channel(self.engine_address) as channel:
                engine: Any = engine_pb2_grpc.EngineStub(channel)
                await engine.Log(warning, timeout=ENGINE_SECONDS)

    async def close(self) -> None:
        """Let go of the package's connections; another package can be configured."""
        package, self._package, self.kinds, self.functions = self._package, None, {}, {}
        if package is not None:
            await package.close()


class EngineSessions:
    """Sessions by the peer of their connection, as gRPC names it."""

    def __init__(self) -> None:
        self._by_peer: dict[str, EngineSession] = {}

    async def begin(self, peer: str, engine_address: str) -> None:
        """Begin anew for a connection that is new, whoever had its port before; let go of what ended."""
        ended = [each for other, each in self._by_peer.items() if each.cancelled or other == peer]
        self._by_peer[peer] = EngineSession(engine_address)
        for each in ended:
            if not each.under_way:
                with contextlib.suppress(Exception):  # how a run that is over ends doesn't stop the next one
                    await each.close()

    def own(self, peer: str) -> EngineSession:
        """The session of this connection alone, begun if there is none."""
        return self._by_peer.setdefault(peer, EngineSession())

    def of(self, peer: str) -> EngineSession:
        """The session that a call belongs to.

        gRPC ends a connection that was idle for half an hour, and makes another for the next call. Where one session
        alone is open, that is whose call it is; else nobody can tell, and it is of none.
        """
        if peer in self._by_peer:
            return self._by_peer[peer]
        live = [each for each in self._by_peer.values() if not each.cancelled]
        return live[0] if len(live) == 1 else EngineSession(cancelled=bool(self._by_peer) and not live)

    def cancel(self, peer: str) -> None:
        """Refuse further calls of this connection. Those under way run to their end."""
        session = self.of(peer)
        if session not in self._by_peer.values():
            self._by_peer[peer] = session
        session.cancelled = True
        session.held_back.release()

    async def close(self) -> None:
        """Let go of every connection to a cluster or a cloud."""
        for each in self._by_peer.values():
            await each.close()
