"""Calls a ResourceProvider servicer's methods in process, as grpc.aio would: same messages, same ways to fail."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2

Response = TypeVar("Response", bound=Message)
Metadata = Sequence[tuple[str, str | bytes]]

_DETAILS_KEY = "grpc-status-details-bin"


class CallFailed(Exception):
    """A provider answered with an error status.

    ``partial`` is set when the resource exists all the same, made or changed only in part (ErrorResourceInitFailed).
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        partial: provider_pb2.ErrorResourceInitFailed | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.partial = partial

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything the provider said about it."""
        if self.partial is not None and self.partial.reasons:
            return tuple(self.partial.reasons)
        return (self.message or f"the provider failed with {self.code.name} and gave no reason",)

    @property
    def outcome_is_known(self) -> bool:
        """Whether the status says that nothing was changed, rather than that the provider lost its way."""
        lost = {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS}
        return self.code not in lost


class CallContext:
    """What a servicer method gets as its context: the part of grpc.aio.ServicerContext that makes sense in process."""

    def __init__(self) -> None:
        self._code: grpc.StatusCode | None = None
        self._details = ""
        self._trailing: Metadata = ()

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing_metadata: Metadata = ()) -> NoReturn:
        """End the call with an error status."""
        raise _failure(code, details, trailing_metadata or self._trailing)

    def set_code(self, code: grpc.StatusCode) -> None:
        """Set the status that the call ends with."""
        self._code = code

    def set_details(self, details: str) -> None:
        """Set the text of the status that the call ends with."""
        self._details = details

    def set_trailing_metadata(self, trailing_metadata: Metadata) -> None:
        """Set the metadata sent with the status."""
        self._trailing = trailing_metadata

    def code(self) -> grpc.StatusCode | None:
        """The status set so far."""
        return self._code

    def details(self) -> str:
        """The text set so far."""
        return self._details

    def trailing_metadata(self) -> Metadata:
        """The metadata set so far."""
        return self._trailing

    def invocation_metadata(self) -> Metadata:
        """No metadata travels in process."""
        return ()

    def peer(self) -> str:
        """Who calls: this process, always."""
        return "inprocess"

    def cancelled(self) -> bool:
        """An in-process call is never cancelled by its caller."""
        return False

    def done(self) -> bool:
        """A call is not done while its method runs."""
        return False

    def failure(self) -> CallFailed | None:
        """The error status that was set without aborting, if any."""
        if self._code is None or self._code is grpc.StatusCode.OK:
            return None
        return _failure(self._code, self._details, self._trailing)


async def call(method: Callable[[Any, Any], Any], request: Message, answer: type[Response]) -> Response:
    """The method's answer to the request.

    Raises:
        CallFailed: the method aborted, set an error status, raised, or is not implemented.
    """
    context = CallContext()
    try:
        result = method(request, context)
        response = await result if inspect.isawaitable(result) else result
    except CallFailed:
        raise
    except NotImplementedError as error:
        raise CallFailed(grpc.StatusCode.UNIMPLEMENTED, str(error)) from error
    except Exception as error:
        raise CallFailed(grpc.StatusCode.UNKNOWN, f"Unexpected {type(error)}: {error}") from error
    if failure := context.failure():
        raise failure
    if not isinstance(response, answer):
        raise CallFailed(grpc.StatusCode.INTERNAL, f"the provider answered {type(response).__name__}")
    return response


def _failure(code: grpc.StatusCode, details: str, trailing: Metadata) -> CallFailed:
    return CallFailed(code, details, _partial(trailing))


def _partial(trailing: Metadata) -> provider_pb2.ErrorResourceInitFailed | None:
    for key, value in trailing:
        if key != _DETAILS_KEY or not isinstance(value, bytes):
            continue
        try:
            status = status_pb2.Status.FromString(value)
        except DecodeError:
            return None
        for detail in status.details:
            found = provider_pb2.ErrorResourceInitFailed()
            if detail.Unpack(found):
                return found
    return None
