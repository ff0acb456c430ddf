"""Calling a servicer in process fails in the ways that calling it over gRPC does."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2, empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer
from typing_extensions import override

from levee_infra.engines.embedded.servicer_call import CallFailed, call

Answer = Callable[[Any], Awaitable[Any]]


class Servicer(ResourceProviderServicer):
    """Deletes as it is told to."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    @override
    async def Delete(self, request: pb.DeleteRequest, context: Any) -> Any:
        return await self._answer(context)


async def failure_of(answer: Answer) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        await call(Servicer(answer).Delete, pb.DeleteRequest(), empty_pb2.Empty)
    return caught.value


async def test_an_answer_is_handed_back() -> None:
    async def answer(context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    assert await call(Servicer(answer).Delete, pb.DeleteRequest(), empty_pb2.Empty) == empty_pb2.Empty()


async def test_an_abort_ends_the_call() -> None:
    failed = await failure_of(lambda context: context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no such topic"))
    assert (failed.code, failed.reasons) == (grpc.StatusCode.FAILED_PRECONDITION, ("no such topic",))
    assert failed.outcome_is_known


async def test_an_exception_is_an_unknown_outcome() -> None:
    async def answer(context: Any) -> None:
        raise KeyError("oops")

    failed = await failure_of(answer)
    assert failed.message == "Unexpected <class 'KeyError'>: 'oops'"
    assert not failed.outcome_is_known


async def test_a_method_that_is_not_implemented() -> None:
    with pytest.raises(CallFailed) as caught:
        await call(ResourceProviderServicer().Delete, pb.DeleteRequest(), empty_pb2.Empty)
    assert caught.value.code is grpc.StatusCode.UNIMPLEMENTED


async def test_an_answer_of_the_wrong_kind() -> None:
    async def answer(context: Any) -> pb.CheckResponse:
        return pb.CheckResponse()

    assert (await failure_of(answer)).message == "the provider answered CheckResponse"


async def test_a_failure_without_a_text_still_says_something() -> None:
    failed = await failure_of(lambda context: context.abort(grpc.StatusCode.ABORTED))
    assert failed.reasons == ("the provider failed with ABORTED and gave no reason",)


async def test_details_of_a_partial_failure_are_found() -> None:
    detail = any_pb2.Any()
    detail.Pack(pb.ErrorResourceInitFailed(id="a", reasons=["acl 3 of 5 failed"]))
    status = status_pb2.Status(code=2, message="partly", details=[detail]).SerializeToString()
    metadata = (("other", "x"), ("grpc-status-details-bin", status))
    failed = await failure_of(lambda context: context.abort(grpc.StatusCode.UNKNOWN, "partly", metadata))
    assert failed.partial
    assert (failed.partial.id, failed.reasons) == ("a", ("acl 3 of 5 failed",))


async def test_details_that_are_not_a_status_are_passed_over() -> None:
    metadata = (("grpc-status-details-bin", b"\xff\xff"),)
    failed = await failure_of(lambda context: context.abort(grpc.StatusCode.UNKNOWN, "why", metadata))
    assert failed.partial is None
