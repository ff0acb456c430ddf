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
    """What a servicer method gets as its context: the part of grpc.aio.ServicerContext that levee's providers use."""

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing_metadata: Metadata = ()) -> NoReturn:
        """End the call with an error status."""
        raise CallFailed(code, details, _partial(trailing_metadata))

    def set_code(self, code: grpc.StatusCode) -> None:
        """A generated method sets it, then raises NotImplementedError."""

    def set_details(self, details: str) -> None:
        """As ``set_code``."""

    def peer(self) -> str:
        """Who calls: this process, always."""
        return "inprocess"


async def call(method: Callable[[Any, Any], Any], request: Message, answer: type[Response]) -> Response:
    """The method's answer to the request.

    Raises:
        CallFailed: the method aborted, raised, or is not implemented.
    """
    try:
        result = method(request, CallContext())
        response = await result if inspect.isawaitable(result) else result
    except CallFailed:
        raise
    except NotImplementedError as error:
        raise CallFailed(grpc.StatusCode.UNIMPLEMENTED, str(error)) from error
    except Exception as error:
        raise CallFailed(grpc.StatusCode.UNKNOWN, f"Unexpected {type(error)}: {error}") from error
    if not isinstance(response, answer):
        raise CallFailed(grpc.StatusCode.INTERNAL, f"the provider answered {type(response).__name__}")
    return response


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
