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
from levee_infra.providers.protocol.kind import Declaration, Naming, Package, Recorded
from levee_infra.providers.protocol.properties import (
    Properties,
    UnsupportedValueError,
    decode,
    encode,
    holds_secret,
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

    async def configure_session(self, session: EngineSession, config: Properties) -> None:
        """Have a session's calls answered for this configuration. Raises RefusedError."""
        own = own_config(config)
        package = self.configure(on_destroy.checked(own))
        await session.configure(package, refuses_destroy=on_destroy.is_refused(own))

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
            self.check_config(on_destroy.checked(own_config(decode(request.news))))
        except RefusedError as refusal:
            return _check_failures(request, refusal, self.secret_config)
        return provider_pb2.CheckResponse(inputs=request.news)

    @override
    @_answering
    async def DiffConfig(self, request: provider_pb2.DiffRequest, session: EngineSession) -> provider_pb2.DiffResponse:
        # A changed address or credential never replaces the provider: that would replace all that it made.
        old, new = own_config(decode(request.olds)), own_config(decode(request.news))
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
        await self.configure_session(session, decode(request.args))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=True,
            supports_autonaming_configuration=True,
        )

    @override
    @_answering
    async def Check(self, request: provider_pb2.CheckRequest, session: EngineSession) -> provider_pb2.CheckResponse:
        declaration = Declaration(
            new=without_internal(decode(request.news)),
            old=without_internal(decode(request.olds)),
            naming=_naming(request),
            urn=request.urn,
        )
        try:
            inputs = await session.check(declaration)
        except RefusedError as refusal:
            return _check_failures(request, refusal, session.kind(request.urn).secret_inputs)
        return provider_pb2.CheckResponse(inputs=_marked(inputs, declaration.new))

    @override
    @_answering
    async def Diff(self, request: provider_pb2.DiffRequest, session: EngineSession) -> provider_pb2.DiffResponse:
        recorded = _recorded(request, request.old_inputs, request.olds)
        return _diff_response(await session.diff(recorded, _wanted(request, recorded)))

    @override
    @_answering
    async def Create(self, request: provider_pb2.CreateRequest, session: EngineSession) -> provider_pb2.CreateResponse:
        new = without_internal(decode(request.properties))
        made = await session.create(request.urn, new, preview=request.preview)
        return provider_pb2.CreateResponse(id=made.id, properties=_marked(made.outputs, new))

    @override
    @_answering
    async def Read(self, request: provider_pb2.ReadRequest, session: EngineSession) -> provider_pb2.ReadResponse:
        recorded = _recorded(request, request.inputs, request.properties)
        live = await session.read(recorded)
        if live is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=live.id,
            inputs=_marked(live.inputs, recorded.inputs),
            properties=_marked(live.outputs, recorded.outputs),
        )

    @override
    @_answering
    async def Update(self, request: provider_pb2.UpdateRequest, session: EngineSession) -> provider_pb2.UpdateResponse:
        recorded = _recorded(request, request.old_inputs, request.olds)
        new = _wanted(request, recorded)
        outputs = await session.update(recorded, new, preview=request.preview)
        return provider_pb2.UpdateResponse(properties=_marked(outputs, new))

    @override
    @_answering
    async def Delete(self, request: provider_pb2.DeleteRequest, session: EngineSession) -> empty_pb2.Empty:
        await session.delete(_recorded(request, request.old_inputs, request.properties))
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


def _naming(request: provider_pb2.CheckRequest) -> Naming:
    options = request.autonaming if request.HasField("autonaming") else None
    return Naming(
        resource_name=request.urn.split("::")[-1],
        seed=request.randomSeed,
        proposed=options.proposed_name if options else "",
        explicit_only=options is not None and options.mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE,
    )


def _recorded(request: Any, inputs: struct_pb2.Struct, outputs: struct_pb2.Struct) -> Recorded:
    return Recorded(id=request.id, urn=request.urn, inputs=decode(inputs), outputs=decode(outputs))


def own_config(config: Properties) -> Properties:
    """Leave out what the engine itself reads of a provider's configuration."""
    return {key: value for key, value in without_internal(config).items() if key not in ENGINE_OPTIONS}


def _wanted(request: provider_pb2.DiffRequest | provider_pb2.UpdateRequest, recorded: Recorded) -> Properties:
    new = without_internal(decode(request.news))
    return with_ignored(new, without_internal(recorded.outputs), list(request.ignoreChanges))


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
