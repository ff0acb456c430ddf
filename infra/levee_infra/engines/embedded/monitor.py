"""The two objects the Pulumi SDK talks to: a resource monitor and an engine, in this process.

A registration takes a while to answer, so a call returns a future of the loop at once, which ``program.AnswerExecutor``
hands on to the SDK. Every registration can thus be under way at the same time.
Messages: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto
"""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar

from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.proto import resource_pb2 as pb

from levee_infra.deployed.engine_error import EngineError
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.event import Diagnostic, Event, Severity
from levee_infra.engines.embedded.registration import Naming, Registration, refusals, refused_values, registration_of
from levee_infra.engines.embedded.session import Answer, Session
from levee_infra.providers.protocol.properties import Properties, decode_plain, encode

T = TypeVar("T")


class Registrar(Protocol):
    """Who answers registrations: the planner in the first pass, the applier in the second."""

    preview: bool

    async def register(self, declared: Registration) -> Answer:
        """Answer one registration."""

    async def outputs(self, urn: str, outputs: Properties) -> None:
        """Take note of a component's outputs."""

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Take note of what is not supported."""


def _refusing(call: str) -> Callable[[Any], NoReturn]:
    """Any other call of the SDK: refused by name."""

    def refuse(_request: Any) -> NoReturn:
        raise EngineError(
            f"the embedded engine does not support the call {call}", help="leave it out, or deploy with the Pulumi CLI"
        )

    return refuse


class Monitor:
    """The resource monitor of one pass over the program. ``seen`` holds the URNs registered so far."""

    def __init__(self, session: Session, registrar: Registrar, naming: Naming, loop: asyncio.AbstractEventLoop) -> None:
        self.seen: set[str] = set()
        self.fault: Exception | None = None
        self._session = session
        self._registrar = registrar
        self._naming = naming
        self._loop = loop
        self._context = contextvars.copy_context()
        self._under_way: set[asyncio.Task[Any]] = set()

    def GetDeploymentInfo(self, _request: empty_pb2.Empty) -> pb.DeploymentInfo:  # noqa: N802
        """What the SDK may send: secrets, too, so that it marks them, and they are refused. It refuses the rest."""
        offered = [pb.RESOURCE_MONITOR_FEATURE_SECRETS, pb.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS]
        return pb.DeploymentInfo(supportedFeatures=offered)

    def RegisterResource(  # noqa: N802
        self, request: pb.RegisterResourceRequest
    ) -> "asyncio.Future[pb.RegisterResourceResponse]":
        """Register one resource."""
        return self._answer(self._register(request))

    def RegisterResourceOutputs(  # noqa: N802
        self, request: pb.RegisterResourceOutputsRequest
    ) -> "asyncio.Future[empty_pb2.Empty]":
        """Take note of a component's outputs."""
        return self._answer(self._outputs(request))

    def __getattr__(self, call: str) -> Callable[[Any], NoReturn]:
        return _refusing(call)

    def SignalAndWaitForShutdown(self, _request: empty_pb2.Empty) -> empty_pb2.Empty:  # noqa: N802
        """The program has ended; there are no hooks that would need it to stay."""
        return empty_pb2.Empty()

    async def settled(self) -> None:
        """Wait until everything that the program asked for has been answered, whether or not it still listens."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def _answer(self, coroutine: Coroutine[Any, Any, T]) -> "asyncio.Future[T]":
        # In the engine's context, not in the program's, from which this is called.
        task = self._loop.create_task(coroutine, context=self._context)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        # So that the SDK, when it gives up, cannot cancel what a provider is in the middle of.
        return asyncio.shield(task)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception) and not isinstance(error, EngineError):
            self.fault = self.fault or error

    async def _register(self, request: pb.RegisterResourceRequest) -> pb.RegisterResourceResponse:
        declared = registration_of(request, self._naming)
        problems = refusals(request, declared)
        if declared.urn in self.seen:
            problems.append(Refusal(declared.urn, f"{request.type} {request.name!r} is declared twice"))
        problems += self._session.moves.find(self._session.state, declared, self.seen)
        self.seen.add(declared.urn)
        if problems:
            self._registrar.refuse(problems)
            answer = Answer.failure(declared.urn)
        else:
            answer = await self._registrar.register(declared)
        return pb.RegisterResourceResponse(
            urn=answer.urn,
            id=answer.id,
            object=encode(answer.outputs) if declared.custom else None,
            result=pb.FAIL if answer.failed else pb.SUCCESS,
        )

    async def _outputs(self, request: pb.RegisterResourceOutputsRequest) -> empty_pb2.Empty:
        outputs = decode_plain(request.outputs)
        self._registrar.refuse(refused_values(request.urn, outputs))
        await self._registrar.outputs(request.urn, outputs)
        return empty_pb2.Empty()


class Engine:
    """Takes the program's log lines."""

    _SEVERITIES: ClassVar = {
        engine_pb2.INFO: Severity.INFO,
        engine_pb2.WARNING: Severity.WARNING,
        engine_pb2.ERROR: Severity.ERROR,
    }

    def __init__(self, listener: Callable[[Event], None]) -> None:
        self._listener = listener

    def Log(self, request: engine_pb2.LogRequest) -> None:  # noqa: N802
        """Pass a log line on, debug ones excepted."""
        severity = self._SEVERITIES.get(request.severity)
        if severity is not None:
            self._listener(Diagnostic(severity, request.message, request.urn))

    def __getattr__(self, call: str) -> Callable[[Any], NoReturn]:
        return _refusing(call)
