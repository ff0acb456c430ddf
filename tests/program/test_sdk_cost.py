"""What a registration costs beside itself: calls to the engine, and looking at the code that made it."""

from __future__ import annotations

import sys
import traceback
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import engine_pb2

from levee_infra.sdk_cost import LINES, MONITOR_GONE, DebugTogether, without_source_positions


class Engine:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[engine_pb2.LogRequest] = []
        self.gone = False

    def Log(self, request: engine_pb2.LogRequest, timeout: float | None = None) -> None:  # noqa: N802
        if self.gone:
            raise grpc.RpcError
        self.sent.append(request)

    def SetRootResource(self, request: Any) -> Any:  # noqa: N802
        return request


def message(text: str, severity: Any = engine_pb2.DEBUG, **values: Any) -> Any:
    return engine_pb2.LogRequest(severity=severity, message=text, **values)


def test_debug_lines_go_together_and_none_is_lost() -> None:
    engine = Engine()
    together = DebugTogether(engine)
    for number in range(2 * LINES + 1):
        together.Log(message(f"line {number}"))
    assert len(engine.sent) == 2
    together.send()
    together.send()
    assert len(engine.sent) == 3
    assert "\n".join(each.message for each in engine.sent).splitlines() == [f"line {n}" for n in range(2 * LINES + 1)]
    assert {each.severity for each in engine.sent} == {engine_pb2.DEBUG}


@pytest.mark.parametrize(
    "other",
    [
        message("warned", engine_pb2.WARNING),
        message("refused", engine_pb2.ERROR),
        message("of a resource", urn="urn:pulumi:dev::levee::kafka:index/topic:Topic::orders"),
        message("of a stream of lines", streamId=1),
    ],
)
def test_everything_else_is_sent_at_once_and_in_its_order(other: Any) -> None:
    engine = Engine()
    together = DebugTogether(engine)
    together.Log(message("before"))
    together.Log(other)
    assert [each.message for each in engine.sent] == ["before", other.message]


def test_that_the_engine_has_ended_the_run_is_no_error_of_its_own() -> None:
    engine = Engine()
    DebugTogether(engine).Log(message(MONITOR_GONE, engine_pb2.ERROR))
    assert engine.sent == []


def test_an_engine_that_is_gone_fails_no_program() -> None:
    engine = Engine()
    engine.gone = True
    together = DebugTogether(engine)
    together.Log(message("line"))
    together.send()


def test_other_calls_reach_the_engine() -> None:
    assert DebugTogether(Engine()).SetRootResource("root") == "root"


def test_tracebacks_are_whole_again_afterwards() -> None:
    def of() -> int:
        return len(traceback.extract_stack())

    @without_source_positions()
    def broken() -> None:
        assert of() == 1
        raise ValueError("broken")

    whole = of()
    with pytest.raises(ValueError, match="broken"):
        broken()
    assert of() == whole
    assert not hasattr(sys, "tracebacklimit")
