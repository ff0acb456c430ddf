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

from levee_infra.providers.protocol import on_destroy
from levee_infra.providers.protocol.differences import Difference
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.held_back import HeldBack
from levee_infra.providers.protocol.identity import STAYS
from levee_infra.providers.protocol.kind import Declaration, Function, Package, Recorded, ResourceKind
from levee_infra.providers.protocol.ownership import ADOPTED
from levee_infra.providers.protocol.properties import Properties, internal, is_known, without_internal

ENGINE_SECONDS: Final = 5.0

NOT_DELETED: Final = "not deleted, as the run was interrupted; run the same command again to go on"

RAW_STATE_DELTA: Final = "__pulumi_raw_state_delta"
"""How the Terraform bridge turns outputs back into its own state (``pkg/tfbridge/rawstate.go``)."""


class EngineSession:
    """What one connection configured, until it is cancelled, and what an engine asks of it.

    Properties have the keys that providers keep for themselves, as the engine's state has them; kinds get none of them.
    """

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

    def kind(self, urn: str) -> ResourceKind:
        """The kind of the resource. Raises FailedError where there is none."""
        token = urn.split("::")[2].rsplit("$", 1)[-1]
        try:
            return self.kinds[token]
        except KeyError:
            package = token.partition(":")[0]
            raise FailedError(f"the {package} provider has no resource {token}, or is not configured") from None

    async def check(self, declaration: Declaration) -> Properties:
        """The inputs as the kind understands them."""
        self.is_declared = True
        return await self.kind(declaration.urn).check(declaration)

    async def diff(self, recorded: Recorded, new: Properties) -> Mapping[str, Difference]:
        """What an update would change."""
        return await self.kind(recorded.urn).diff(_seen(recorded), new)

    async def create(self, urn: str, new: Properties, *, preview: bool) -> Recorded:
        """Make the resource; in a preview, what is known of it in advance."""
        kind = self.kind(urn)
        if not preview:
            made = await kind.create(new)
        else:
            made = Recorded("", {}, await kind.preview_create(new) if kind.can_rehearse(new) else new)
        if made.outputs.get(ADOPTED) is True:
            message = "it exists already, and is taken over as it is; a removal lets go of it and deletes nothing"
            await self.warn(urn, f"= adopt: {message}")
        return made

    async def read(self, recorded: Recorded) -> Recorded | None:
        """The resource as it is; None if there is none."""
        live = await self.kind(recorded.urn).read(_seen(recorded))
        if live is None:
            return None
        return Recorded(
            live.id, live.inputs | internal(recorded.inputs), _kept(live.id, live.outputs, recorded.outputs)
        )

    async def update(self, recorded: Recorded, new: Properties, *, preview: bool) -> Properties:
        """Change the resource; its outputs, in a preview as far as they are known in advance."""
        kind, seen = self.kind(recorded.urn), _seen(recorded)
        if not preview:
            outputs = await kind.update(seen, new)
        else:
            # What depends on an unknown value can't be rehearsed; the update checks it before it changes anything.
            outputs = await kind.preview_update(seen, new) if is_known(new) else new
        return _kept(recorded.id, outputs, recorded.outputs)

    async def delete(self, recorded: Recorded) -> None:
        """Remove the resource."""
        if self.refuses_destroy and not self.is_declared:
            raise FailedError(on_destroy.NOTHING_DELETED)
        kind, seen = self.kind(recorded.urn), _seen(recorded)
        if not self.engine_address:  # the embedded engine knows itself what it left
            await kind.delete(seen)
            return
        async with self.held_back.turn():
            if self.cancelled:
                raise FailedError(NOT_DELETED)
            stays = await kind.delete(seen)
        if stays:
            await self.warn(recorded.urn, STAYS)

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


def _seen(recorded: Recorded) -> Recorded:
    """What a kind gets to see of it."""
    inputs, outputs = without_internal(recorded.inputs), without_internal(recorded.outputs)
    return Recorded(recorded.id, inputs, outputs, recorded.urn)


def _kept(resource_id: str, outputs: Properties, old: Properties) -> Properties:
    """Add what bridged providers keep in a resource's outputs for themselves, so that they can take it back."""
    kept = internal(old)
    if without_internal(outputs) != {key: value for key, value in without_internal(old).items() if key != "id"}:
        # It describes the old outputs value by value; without it the bridge works out its own state anew.
        kept.pop(RAW_STATE_DELTA, None)
    return outputs | kept | ({"id": resource_id} if "id" in old else {})


class EngineSessions:
    """Sessions by the peer of their connection, as gRPC names it."""

    def __init__(self) -> None:
        self._by_peer: dict[str, EngineSession] = {}

    async def begin(self, peer: str, engine_address: str) -> None:
        """Begin anew for a connection that is new, regardless of what had its port before; let go of what ended."""
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
