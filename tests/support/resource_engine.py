"""Plays the engine's part for single resources, over real gRPC: check, preview, create, read, diff, update, delete."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulumi.runtime.proto import provider_pb2

from levee_infra.providers.protocol.plugin import PluginProvider
from levee_infra.providers.protocol.properties import Properties, Value, decode, encode
from tests.support.provider_host import hosted

if TYPE_CHECKING:
    from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderAsyncStub


class CheckFailedError(Exception):
    """The provider refused the declaration; ``reasons`` by property."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(str(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Resource:
    """What the state file would hold."""

    type: str
    name: str
    id: str
    inputs: Properties
    outputs: Properties

    @property
    def urn(self) -> str:
        return f"urn:pulumi:test::project::{self.type}::{self.name}"


@dataclass(frozen=True)
class ResourceEngine:
    """Runs the protocol's steps in the order in which the engine runs them."""

    stub: "ResourceProviderAsyncStub"

    async def check(
        self, type_: str, name: str, inputs: Mapping[str, Value], old: Properties | None = None
    ) -> Properties:
        """Check inputs. Raises CheckFailedError."""
        answer = await self.stub.Check(
            provider_pb2.CheckRequest(
                urn=f"urn:pulumi:test::project::{type_}::{name}",
                olds=encode(old or {}),
                news=encode(inputs),
                randomSeed=b"seed",
            )
        )
        if answer.failures:
            raise CheckFailedError({failure.property: failure.reason for failure in answer.failures})
        return decode(answer.inputs)

    async def create(self, type_: str, name: str, inputs: Mapping[str, Value]) -> Resource:
        """Check, preview, then create, as ``pulumi up`` does."""
        checked = await self.check(type_, name, inputs)
        planned = Resource(type_, name, "", checked, {})
        request = provider_pb2.CreateRequest(urn=planned.urn, properties=encode(checked), preview=True)
        await self.stub.Create(request)
        return await self.create_checked(type_, name, checked)

    async def create_checked(self, type_: str, name: str, checked: Properties) -> Resource:
        """Create without a preview, as ``--skip-preview`` does."""
        urn = Resource(type_, name, "", checked, {}).urn
        answer = await self.stub.Create(provider_pb2.CreateRequest(urn=urn, properties=encode(checked)))
        return Resource(type_, name, answer.id, checked, decode(answer.properties))

    async def preview_create(self, type_: str, name: str, inputs: Mapping[str, Value]) -> Properties:
        """Check and preview only; what is foreseen."""
        checked = await self.check(type_, name, inputs)
        urn = Resource(type_, name, "", checked, {}).urn
        request = provider_pb2.CreateRequest(urn=urn, properties=encode(checked), preview=True)
        return decode((await self.stub.Create(request)).properties)

    async def changed(self, resource: Resource, inputs: Mapping[str, Value]) -> set[str]:
        """Say what the provider would change, by property path."""
        checked = await self.check(resource.type, resource.name, inputs, resource.inputs)
        answer = await self.stub.Diff(
            provider_pb2.DiffRequest(
                id=resource.id,
                urn=resource.urn,
                old_inputs=encode(resource.inputs),
                olds=encode(resource.outputs),
                news=encode(checked),
            )
        )
        assert not answer.replaces
        assert (answer.changes == provider_pb2.DiffResponse.DIFF_SOME) is bool(answer.detailedDiff)
        return set(answer.detailedDiff)

    async def update(
        self, resource: Resource, inputs: Mapping[str, Value], *, preview: bool = True, carry_out: bool = True
    ) -> Resource:
        """Check, preview, then update."""
        checked = await self.check(resource.type, resource.name, inputs, resource.inputs)
        request = provider_pb2.UpdateRequest(
            id=resource.id,
            urn=resource.urn,
            old_inputs=encode(resource.inputs),
            olds=encode(resource.outputs),
            news=encode(checked),
        )
        if preview:
            rehearsal = provider_pb2.UpdateRequest()
            rehearsal.CopyFrom(request)
            rehearsal.preview = True
            await self.stub.Update(rehearsal)
        if not carry_out:
            return resource
        answer = await self.stub.Update(request)
        return replace(resource, inputs=checked, outputs=decode(answer.properties))

    async def refresh(self, resource: Resource) -> Resource | None:
        """Read a resource of the state; ``None`` if it is gone."""
        answer = await self.stub.Read(
            provider_pb2.ReadRequest(
                id=resource.id,
                urn=resource.urn,
                inputs=encode(resource.inputs),
                properties=encode(resource.outputs),
            )
        )
        if not answer.id:
            return None
        return replace(resource, id=answer.id, inputs=decode(answer.inputs), outputs=decode(answer.properties))

    async def import_(self, type_: str, name: str, resource_id: str) -> Resource | None:
        """Read by id alone, then check what was read, as an import does."""
        blank = Resource(type_, name, resource_id, {}, {})
        answer = await self.stub.Read(provider_pb2.ReadRequest(id=resource_id, urn=blank.urn))
        if not answer.id:
            return None
        inputs = decode(answer.inputs)
        await self.check(type_, name, inputs, inputs)
        return replace(blank, id=answer.id, inputs=inputs, outputs=decode(answer.properties))

    async def invoke(self, function: str, arguments: Mapping[str, Value] | None = None) -> Properties:
        """Call a function. Raises CheckFailedError."""
        answer = await self.stub.Invoke(provider_pb2.InvokeRequest(tok=function, args=encode(arguments or {})))
        if answer.failures:
            raise CheckFailedError({failure.property: failure.reason for failure in answer.failures})
        return decode(getattr(answer, "return"))

    async def delete(self, resource: Resource) -> None:
        """Delete a resource of the state."""
        await self.stub.Delete(
            provider_pb2.DeleteRequest(
                id=resource.id,
                urn=resource.urn,
                old_inputs=encode(resource.inputs),
                properties=encode(resource.outputs),
            )
        )


@contextlib.asynccontextmanager
async def resource_engine(provider: PluginProvider, config: Mapping[str, Value]) -> AsyncIterator[ResourceEngine]:
    """Host and configure a provider, and yield an engine that drives it."""
    async with hosted(provider) as stub:
        await stub.Configure(provider_pb2.ConfigureRequest(args=encode(config)))
        yield ResourceEngine(stub)
