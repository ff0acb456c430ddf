"""One provider servicer in this process, spoken to in the real protocol and answering in plain values."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import grpc
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from levee_infra.deployed.embedded_state import Resource, name_of
from levee_infra.engines.embedded.servicer_call import CallFailed, call
from levee_infra.providers.protocol.properties import SECRET_SIGNATURE, Properties, Value, decode_plain, encode

_ENGINE_KEYS: Final = frozenset({"version", "pluginDownloadURL", "__internal"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a provider does not accept inputs; ``property`` is empty when it is about the resource as a whole."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Inputs as the provider understands them, with what is wrong with them."""

    inputs: Properties
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a provider says of old and new inputs. ``changed`` is None where it leaves the comparison to the engine."""

    changed: bool | None
    keys: tuple[str, ...]
    replaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Live:
    """A resource as it exists: an empty ``id`` means that it does not. ``init_errors``: made or changed in part."""

    id: str
    inputs: Properties | None
    outputs: Properties
    init_errors: tuple[str, ...] = ()


class HostedProvider:
    """One servicer instance, configured once.

    Every method raises CallFailed when the provider answers with an error status.
    """

    def __init__(self, servicer: ResourceProviderServicer) -> None:
        self._servicer = servicer

    async def handshake(self) -> None:
        """Greet the provider, as the engine does before anything else."""
        request = pb.ProviderHandshakeRequest(engine_address="", configure_with_urn=True, invoke_with_preview=True)
        await call(self._servicer.Handshake, request, pb.ProviderHandshakeResponse)

    async def check_config(self, urn: str, type_: str, old: Properties, new: Properties) -> Checked:
        """The configuration as the provider understands it."""
        request = pb.CheckRequest(urn=urn, name=name_of(urn), type=type_, olds=_config(old), news=_config(new))
        answer = await call(self._servicer.CheckConfig, request, pb.CheckResponse)
        return Checked(_received(answer.inputs), _problems(answer))

    async def diff_config(self, old: Resource, new: Properties) -> Difference:
        """What a change of configuration means."""
        request = pb.DiffRequest(
            id=old.id,
            urn=old.urn,
            name=old.name,
            type=old.type,
            olds=_config(old.outputs),
            old_inputs=_config(old.inputs),
            news=_config(new),
        )
        return _difference(await call(self._servicer.DiffConfig, request, pb.DiffResponse))

    async def configure(self, urn: str, type_: str, id_: str, inputs: Properties) -> None:
        """Give the provider its configuration."""
        request = pb.ConfigureRequest(
            args=encode(_without_engine_keys(inputs)),
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
            id=id_,
            urn=urn,
            name=name_of(urn),
            type=type_,
        )
        await call(self._servicer.Configure, request, pb.ConfigureResponse)

    async def check(self, urn: str, type_: str, old: Properties, new: Properties, seed: bytes) -> Checked:
        """The inputs as the provider understands them."""
        request = pb.CheckRequest(
            urn=urn,
            name=name_of(urn),
            type=type_,
            olds=encode(old),
            news=encode(new),
            randomSeed=seed,
        )
        answer = await call(self._servicer.Check, request, pb.CheckResponse)
        return Checked(_echo(request.news, new, answer.inputs), _problems(answer))

    async def diff(self, old: Resource, new: Properties) -> Difference:
        """What a change from the resource as it is to new inputs means."""
        request = pb.DiffRequest(
            id=old.id,
            urn=old.urn,
            name=old.name,
            type=old.type,
            olds=encode(old.outputs),
            old_inputs=encode(old.inputs),
            news=encode(new),
        )
        return _difference(await call(self._servicer.Diff, request, pb.DiffResponse))

    async def read(self, old: Resource) -> Live:
        """The resource as it exists now."""
        request = pb.ReadRequest(
            id=old.id,
            urn=old.urn,
            name=old.name,
            type=old.type,
            properties=encode(old.outputs),
            inputs=encode(old.inputs),
        )
        try:
            answer = await call(self._servicer.Read, request, pb.ReadResponse)
        except CallFailed as failed:
            if failed.partial is None:
                raise
            return _partly(failed.partial, failed.reasons)
        inputs = _echo(request.inputs, old.inputs, answer.inputs) if answer.HasField("inputs") else None
        return Live(answer.id, inputs, _echo(request.properties, old.outputs, answer.properties))

    async def rehearse_create(self, urn: str, type_: str, inputs: Properties) -> Live:
        """What ``create`` would lead to, without making anything: the outputs that are known in advance.

        A resource that would be made only in part is an error here, and ``id`` is most often empty.
        """
        request = self._creation(urn, type_, inputs, preview=True)
        answer = await call(self._servicer.Create, request, pb.CreateResponse)
        return Live(answer.id, None, _echo(request.properties, inputs, answer.properties))

    async def create(self, urn: str, type_: str, inputs: Properties) -> Live:
        """Make the resource, or adopt it if an interrupted run made it."""
        request = self._creation(urn, type_, inputs, preview=False)
        try:
            answer = await call(self._servicer.Create, request, pb.CreateResponse)
        except CallFailed as failed:
            if failed.partial is None:
                raise
            return _partly(failed.partial, failed.reasons)
        if not answer.id:
            raise CallFailed(grpc.StatusCode.INTERNAL, "the provider did not return an id from Create")
        return Live(answer.id, None, _received(answer.properties))

    async def rehearse_update(self, old: Resource, inputs: Properties) -> Live:
        """What ``update`` would lead to, without changing anything; see ``rehearse_create``."""
        request = self._change(old, inputs, preview=True)
        answer = await call(self._servicer.Update, request, pb.UpdateResponse)
        return Live(old.id, None, _echo(request.news, inputs, answer.properties))

    async def update(self, old: Resource, inputs: Properties) -> Live:
        """Change the resource in place."""
        request = self._change(old, inputs, preview=False)
        try:
            answer = await call(self._servicer.Update, request, pb.UpdateResponse)
        except CallFailed as failed:
            if failed.partial is None:
                raise
            return _partly(failed.partial, failed.reasons, old.id)
        return Live(old.id, None, _received(answer.properties))

    async def delete(self, old: Resource) -> None:
        """Remove the resource."""
        request = pb.DeleteRequest(
            id=old.id,
            urn=old.urn,
            name=old.name,
            type=old.type,
            properties=encode(old.outputs),
            old_inputs=encode(old.inputs),
        )
        await call(self._servicer.Delete, request, empty_pb2.Empty)

    async def end(self) -> None:
        """Say goodbye, as the engine does at the end of every run, and let the servicer ``close`` if it can."""
        with suppress(Exception):  # it has done what it was for; how it goes is its own affair
            await call(self._servicer.Cancel, empty_pb2.Empty(), empty_pb2.Empty)
        close = getattr(self._servicer, "close", None)
        if close is not None:
            with suppress(Exception):
                await close()

    def _creation(self, urn: str, type_: str, inputs: Properties, *, preview: bool) -> pb.CreateRequest:
        properties = encode(inputs)
        return pb.CreateRequest(urn=urn, name=name_of(urn), type=type_, properties=properties, preview=preview)

    def _change(self, old: Resource, inputs: Properties, *, preview: bool) -> pb.UpdateRequest:
        return pb.UpdateRequest(
            id=old.id,
            urn=old.urn,
            name=old.name,
            type=old.type,
            olds=encode(old.outputs),
            old_inputs=encode(old.inputs),
            news=encode(inputs),
            preview=preview,
        )


def _echo(sent: Struct, origin: Properties, answered: Struct) -> Properties:
    """The answer, which most often is what was sent: that is told in C and needs no conversion."""
    return origin if answered == sent else _received(answered)


def _received(struct: Struct) -> Properties:
    """The answer. A secret in it, which no kind of levee's gives, would come to lie in the journal."""
    properties = decode_plain(struct)
    if SECRET_SIGNATURE in repr(properties):
        message = "the provider answered with a secret, which the embedded engine does not keep"
        raise CallFailed(grpc.StatusCode.INTERNAL, message)
    return properties


def _partly(partial: pb.ErrorResourceInitFailed, reasons: tuple[str, ...], id_: str = "") -> Live:
    inputs = _received(partial.inputs) if partial.HasField("inputs") else None
    return Live(partial.id or id_, inputs, _received(partial.properties), reasons)


def _without_engine_keys(properties: Mapping[str, Value]) -> Properties:
    return {key: value for key, value in properties.items() if key not in _ENGINE_KEYS}


def _config(properties: Mapping[str, Value]) -> Struct:
    return encode(_without_engine_keys(properties))


def _problems(answer: pb.CheckResponse) -> tuple[Problem, ...]:
    return tuple(Problem(failure.property, failure.reason) for failure in answer.failures)


def _difference(answer: pb.DiffResponse) -> Difference:
    kinds = pb.PropertyDiff
    replacing = {kinds.ADD_REPLACE, kinds.DELETE_REPLACE, kinds.UPDATE_REPLACE}
    replaces = {*answer.replaces, *(k for k, diff in answer.detailedDiff.items() if diff.kind in replacing)}
    keys = {*answer.diffs, *answer.detailedDiff, *replaces}
    changed = {pb.DiffResponse.DIFF_NONE: False, pb.DiffResponse.DIFF_SOME: True}.get(answer.changes)
    return Difference(changed, tuple(sorted(keys)), tuple(sorted(replaces)))
