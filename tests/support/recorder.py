"""Pulumi's mocks as a recorder: what a program registers, in which shape. Not what a broker does with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest

Outputs = Callable[[str, str, dict[Any, Any]], dict[str, Any]]
"""What a provider would add to a resource's inputs, by its type, its name and these."""


def nothing_more(_type: str, _name: str, _inputs: dict[Any, Any]) -> dict[str, Any]:
    """No outputs beside the inputs."""
    return {}


class _Echo(pulumi.runtime.Mocks):
    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{args.name}-id", {**args.inputs, **self._outputs(args.typ, args.name, args.inputs)}

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"the program called {args.token}")


class Recorder(MockMonitor):
    """Every registration, by type and name."""

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(_Echo(outputs))
        self.requests: dict[tuple[str, str], RegisterResourceRequest] = {}

    def RegisterResource(self, request: RegisterResourceRequest) -> Any:  # noqa: N802 - the protocol's name
        key = (request.type, request.name)
        assert key not in self.requests, "registered twice"
        self.requests[key] = request
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def inputs(self, type_: str, name: str) -> dict[str, Any]:
        """The inputs of one registration as plain data."""
        inputs: dict[str, Any] = MessageToDict(self.requests[type_, name].object)
        return inputs


def record(program: Callable[[], None], outputs: Outputs = nothing_more) -> Recorder:
    """Run the program to its end and answer what it registered; absence can be asserted on it too."""
    # The SDK takes the thread's event loop, which any asyncio.run() before has taken away. The mocks' own state is
    # bound to it as well: it comes first.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    recorder = Recorder(outputs)
    pulumi.runtime.set_mocks(_Echo(outputs), project="levee", stack="test", preview=False, monitor=recorder)
    try:
        run = pulumi.runtime.test(program)  # type: ignore[no-untyped-call]
        run()
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    recorder.requests.pop(("pulumi:pulumi:Stack", "levee-test"), None)
    return recorder
