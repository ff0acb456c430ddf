"""The resource provider protocol, spoken once for every kind of resource.

Source: ``proto/pulumi/provider.proto`` in pulumi/pulumi, and the engine's side of it in
``sdk/go/common/resource/plugin/provider_plugin.go``.
"""

import functools
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from typing import Any, Final, NoReturn, TypeAlias, TypeVar

import grpc
import grpc.aio
from google.protobuf import any_pb2, empty_pb2, struct_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from typing_extensions import override

from levee_infra.fault import fault
from levee_infra.providers.protocol import on_destroy
from levee_infra.providers.protocol.differences import Change, Difference, differences, with_ignored
from levee_infra.providers.protocol.engine_session import EngineSession, EngineSessions
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, RefusedError
from levee_infra.providers.protocol.identity import STAYS
from levee_infra.providers.protocol.kind import Declaration, Naming, Package, Recorded, ResourceKind
from levee_infra.providers.protocol.ownership import ADOPTED
from levee_infra.providers.protocol.properties import (
    Properties,
    UnsupportedValueError,
    decode,
    encode,
    holds_secret,
    internal,
    is_known,
    marked_like,
    without_internal,
)

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Request = TypeVar("Request")
Answer = TypeVar("Answer")

_KINDS_OF_CHANGE: Final = {
    Change.ADD: provider_pb2.PropertyDiff.ADD,
    Change.DELETE: provider_pb2.PropertyDiff.DELETE,
    Change.UPDATE: provider_pb2.PropertyDiff.UPDATE,
}

ENGINE_OPTIONS: Final = frozenset({"version", "pluginDownloadURL", "pluginChecksums"})
"""Provider configuration that is meant for the engine: where the plugin comes from."""


NOT_DELETED: Final = "not deleted, as the run was interrupted; run the same command again to go on"

RAW_STATE_DELTA: Final = "__pulumi_raw_state_delta"
"""How the Terraform bridge turns outputs back into its own state (``pkg/tfbridge/rawstate.go``)."""


def _answering(
    method: Callable[[Any, Request, EngineSession], Awaitable[Answer]],
) -> Callable[[Any, Request, Context], Coroutine[Any, Any, Answer]]:
    """Do a call in its connection's session. One that raises ends with a status whose text is one clean line."""

    @functools.wraps(method)
    async def answered(self: "PluginProvider", request: Request, context: Context) -> Answer:
        session = self._sessions.of(context.peer())
        if session.cancelled:
            await context.abort(grpc.StatusCode.CANCELLED, "the run was cancelled")
        session.under_way += 1
        try:
            return await method(self, request, session)
        except (RefusedError, FailedError, UnsupportedValueError) as failure:
            text = str(failure)
        except PartlyDoneError as failure:
            return await _abort_partly_done(context, failure)
        except Exception as error:  # noqa: BLE001 - the boundary: no traceback, and no value, reaches the user
            text = fault(error)
        finally:
            session.under_way -= 1
        # Not UNKNOWN or INTERNAL: the engine takes those to mean that nobody knows what became of the resource.
        return await context.abort(grpc.StatusCode.FAILED_PRECONDITION, text)

    return answered


class PluginProvider(provider_pb2_grpc.ResourceProviderServicer, ABC):
    """A resource provider plugin. Subclasses say what the package holds and how it is configured."""

    name: str
    version: str
    secret_config: frozenset[str] = frozenset()
    """Configuration whose values must not be shown; the engine passes it unmarked."""

    def __init__(self) -> None:
        self._sessions = EngineSessions()

    @abstractmethod
    def schema(self) -> str:
        """Return the package schema as JSON text."""

    @abstractmethod
    def check_config(self, config: Properties) -> None:
        """Validate the configuration, parts of which may be unknown yet. Raises RefusedError."""

    @abstractmethod
    def configure(self, config: Properties) -> Package:
        """Build the package for a configuration that is fully known. Raises RefusedError."""

    async def close(self) -> None:
        """Let go of connections; the provider can be configured again."""
        await self._sessions.close()

    @override
    async def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        await self._sessions.begin(context.peer(), request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=True, supports_autonaming_configuration=True
        )

    @override
    async def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> empty_pb2.Empty:
        if self._sessions.of(context.peer()).cancelled:  # by an engine that was here before and doesn't greet
            await self._sessions.begin(context.peer(), request.address)
        return empty_pb2.Empty()

    @override
    async def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self.version)

    @override
    @_answering
    async def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, session: EngineSession
    ) -> provider_pb2.GetSchemaResponse:
        return provider_pb2.GetSchemaResponse(schema=self.schema())

    @override
    async def GetMapping(
        self, request: provider_pb2.GetMappingRequest, context: Context
    ) -> provider_pb2.GetMappingResponse:
        return provider_pb2.GetMappingResponse()

    @override
    async def GetMappings(
        self, request: provider_pb2.GetMappingsRequest, context: Context
    ) -> provider_pb2.GetMappingsResponse:
        return provider_pb2.GetMappingsResponse()

    @override
    async def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:
        # What is under way runs to its end, each request having its own deadline, so that the state tells the truth.
        self._sessions.cancel(context.peer())
        return empty_pb2.Empty()

    @override
    @_answering
    async def CheckConfig(
        self, request: provider_pb2.CheckRequest, session: EngineSession
    ) -> provider_pb2.CheckResponse:
        try:
            config = _own_config(request.news)
            self.check_config(on_destroy.checked(config))
        except RefusedError as refusal:
            return _check_failures(request, refusal, self.secret_config)
        return provider_pb2.CheckResponse(inputs=request.news)

    @override
    @_answering
    async def DiffConfig(self, request: provider_pb2.DiffRequest, session: EngineSession) -> provider_pb2.DiffResponse:
        # A changed address or credential never replaces the provider: that would replace all that it made.
        old, new = _own_config(request.olds), _own_config(request.news)
        return _diff_response(differences(old, old, new))

    @override
    async def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Context
    ) -> provider_pb2.ConfigureResponse:
        self._sessions.own(context.peer())
        return await self._configure(request, context)

    @_answering
    async def _configure(
        self, request: provider_pb2.ConfigureRequest, session: EngineSession
    ) -> provider_pb2.ConfigureResponse:
        config = _own_config(request.args)
        await session.configure(
            self.configure(on_destroy.checked(config)), refuses_destroy=on_destroy.is_refused(config)
        )
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=True,
            supports_autonaming_configuration=True,
        )

    @override
    @_answering
    async def Check(self, request: provider_pb2.CheckRequest, session: EngineSession) -> provider_pb2.CheckResponse:
        session.is_declared = True
        declaration = Declaration(
            new=without_internal(decode(request.news)),
            old=without_internal(decode(request.olds)),
            naming=_naming(request),
            urn=request.urn,
        )
        kind = self._kind(session, request.urn)
        try:
            inputs = await kind.check(declaration)
        except RefusedError as refusal:
            return _check_failures(request, refusal, kind.secret_inputs)
        return provider_pb2.CheckResponse(inputs=_marked(inputs, declaration.new))

    @override
    @_answering
    async def Diff(self, request: provider_pb2.DiffRequest, session: EngineSession) -> provider_pb2.DiffResponse:
        recorded = _recorded(request, request.old_inputs, request.olds)
        new = _wanted(request.news, recorded, request.ignoreChanges)
        return _diff_response(await self._kind(session, request.urn).diff(recorded, new))

    @override
    @_answering
    async def Create(self, request: provider_pb2.CreateRequest, session: EngineSession) -> provider_pb2.CreateResponse:
        kind, new = self._kind(session, request.urn), without_internal(decode(request.properties))
        if not request.preview:
            made = await kind.create(new)
            await _tell_adoption(session, request.urn, made.outputs)
            return provider_pb2.CreateResponse(id=made.id, properties=_marked(made.outputs, new))
        outputs = await kind.preview_create(new) if kind.can_rehearse(new) else new
        await _tell_adoption(session, request.urn, outputs)
        return provider_pb2.CreateResponse(properties=_marked(outputs, new))

    @override
    @_answering
    async def Read(self, request: provider_pb2.ReadRequest, session: EngineSession) -> provider_pb2.ReadResponse:
        recorded = _recorded(request, request.inputs, request.properties)
        live = await self._kind(session, request.urn).read(recorded)
        if live is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=live.id,
            inputs=_marked(live.inputs | internal(decode(request.inputs)), recorded.inputs),
            properties=_marked(_kept(live.id, live.outputs, request.properties), recorded.outputs),
        )

    @override
    @_answering
    async def Update(self, request: provider_pb2.UpdateRequest, session: EngineSession) -> provider_pb2.UpdateResponse:
        kind = self._kind(session, request.urn)
        recorded = _recorded(request, request.old_inputs, request.olds)
        new = _wanted(request.news, recorded, request.ignoreChanges)
        if not request.preview:
            outputs = await kind.update(recorded, new)
        else:
            # What depends on an unknown value can't be rehearsed; the update checks it before it changes anything.
            outputs = await kind.preview_update(recorded, new) if is_known(new) else new
        return provider_pb2.UpdateResponse(properties=_marked(_kept(request.id, outputs, request.olds), new))

    @override
    @_answering
    async def Delete(self, request: provider_pb2.DeleteRequest, session: EngineSession) -> empty_pb2.Empty:
        if session.refuses_destroy and not session.is_declared:
            raise FailedError(on_destroy.NOTHING_DELETED)
        recorded = _recorded(request, request.old_inputs, request.properties)
        if not session.engine_address:  # the embedded engine knows itself what it left
            await self._kind(session, request.urn).delete(recorded)
            return empty_pb2.Empty()
        async with session.held_back.turn():
            if session.cancelled:
                raise FailedError(NOT_DELETED)
            stays = await self._kind(session, request.urn).delete(recorded)
        if stays:
            await session.warn(request.urn, STAYS)
        return empty_pb2.Empty()

    @override
    @_answering
    async def Invoke(self, request: provider_pb2.InvokeRequest, session: EngineSession) -> provider_pb2.InvokeResponse:
        function = session.functions.get(request.tok)
        if function is None:
            raise FailedError(f"the {self.name} provider has no function {request.tok}")
        response = provider_pb2.InvokeResponse()
        try:
            result = await function(without_internal(decode(request.args)))
        except RefusedError as refusal:
            response.failures.extend(_failures(refusal, ()))
            return response
        getattr(response, "return").CopyFrom(encode(result))
        return response

    def _kind(self, session: EngineSession, urn: str) -> ResourceKind:
        token = urn.split("::")[2].rsplit("$", 1)[-1]
        try:
            return session.kinds[token]
        except KeyError:
            raise FailedError(f"the {self.name} provider has no resource {token}, or is not configured") from None


async def _tell_adoption(session: EngineSession, urn: str, outputs: Properties) -> None:
    if outputs.get(ADOPTED) is True:
        message = "it exists already, and is taken over as it is; a removal lets go of it and deletes nothing"
        await session.warn(urn, f"= adopt: {message}")


def _naming(request: provider_pb2.CheckRequest) -> Naming:
    options = request.autonaming if request.HasField("autonaming") else None
    return Naming(
        resource_name=request.urn.split("::")[-1],
        seed=request.randomSeed,
        proposed=options.proposed_name if options else "",
        explicit_only=options is not None and options.mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE,
    )


def _recorded(request: Any, inputs: struct_pb2.Struct, outputs: struct_pb2.Struct) -> Recorded:
    return Recorded(
        id=request.id,
        urn=request.urn,
        inputs=without_internal(decode(inputs)),
        outputs=without_internal(decode(outputs)),
    )


def _own_config(config: struct_pb2.Struct) -> Properties:
    """Leave out what the engine itself reads of a provider's configuration."""
    return {key: value for key, value in without_internal(decode(config)).items() if key not in ENGINE_OPTIONS}


def _wanted(news: struct_pb2.Struct, recorded: Recorded, ignored: Any) -> Properties:
    return with_ignored(without_internal(decode(news)), recorded.outputs, list(ignored))


def _kept(resource_id: str, outputs: Properties, state: struct_pb2.Struct) -> Properties:
    """Add what bridged providers keep in a resource's outputs for themselves, so that they can take it back."""
    old = decode(state)
    kept = internal(old)
    if without_internal(outputs) != {key: value for key, value in without_internal(old).items() if key != "id"}:
        # It describes the old outputs value by value; without it the bridge works out its own state anew.
        kept.pop(RAW_STATE_DELTA, None)
    return outputs | kept | ({"id": resource_id} if "id" in old else {})


def _marked(properties: Properties, model: Properties) -> struct_pb2.Struct:
    """Encode properties, secret wherever the model's are: what came in secret goes out secret."""
    return encode({key: marked_like(value, model.get(key)) for key, value in properties.items()})


def _failures(refusal: RefusedError, secret: Collection[str]) -> list[provider_pb2.CheckFailure]:
    # The engine prints the value of the property that a failure names: a secret one is named in the text only.
    return [
        provider_pb2.CheckFailure(reason=str(problem))
        if problem.property in secret
        else provider_pb2.CheckFailure(property=problem.property, reason=problem.reason)
        for problem in refusal.problems
    ]


def _check_failures(
    request: provider_pb2.CheckRequest, refusal: RefusedError, secret: Collection[str]
) -> provider_pb2.CheckResponse:
    marked = {name for name, value in decode(request.news).items() if holds_secret(value)}
    return provider_pb2.CheckResponse(failures=_failures(refusal, marked | {*secret}))


def _diff_response(found: Mapping[str, Difference]) -> provider_pb2.DiffResponse:
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({path.split(".")[0].split("[")[0] for path in found}),
        detailedDiff={
            path: provider_pb2.PropertyDiff(kind=_KINDS_OF_CHANGE[one.change], inputDiff=one.declared)
            for path, one in found.items()
        },
        hasDetailedDiff=True,
    )


async def _abort_partly_done(context: Context, failure: PartlyDoneError) -> NoReturn:
    # The detail makes the engine keep the resource in its state with these outputs, and try it again next time.
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=failure.resource_id, properties=encode(failure.outputs), reasons=failure.reasons
        )
    )
    code = grpc.StatusCode.FAILED_PRECONDITION
    status = status_pb2.Status(code=code.value[0], message=str(failure), details=[detail])
    await context.abort(code, str(failure), (("grpc-status-details-bin", status.SerializeToString()),))
