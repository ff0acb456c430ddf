"""A service's API as botocore's own model of it says: what may be asked, what may be answered.

botocore checks neither list lengths nor enumerations nor patterns before it sends, and drops what it doesn't know from
an answer; AWS does refuse such a request, and never sends such an answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from botocore.model import Shape

TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "double": (int, float),
    "boolean": bool,
    "timestamp": (datetime, str),
    "structure": Mapping,
    "map": Mapping,
    "list": list,
}


class Refused(Exception):
    """The service refuses a request, with an error that its model knows."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BreachError(Exception):
    """A fake was about to answer what the real service can't."""


def violations(value: object, shape: Shape, path: str) -> Iterator[str]:
    """Every way in which `value` is not of `shape`."""
    expected = TYPES[shape.type_name]
    if not isinstance(value, expected) or (isinstance(value, bool) and shape.type_name != "boolean"):
        yield f"{path} is no {shape.type_name}"
        return
    yield from _limits(value, shape, path)
    match value:
        case Mapping() if shape.type_name == "structure":
            yield from _members(value, shape, path)
        case Mapping():
            for key, item in value.items():
                yield from violations(item, shape.value, f"{path}.{key}")  # type: ignore[attr-defined]
        case list():
            for number, item in enumerate(value):
                yield from violations(item, shape.member, f"{path}[{number}]")  # type: ignore[attr-defined]


def _members(value: Mapping[str, object], shape: Any, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name} is missing"
    for name, item in value.items():
        if name in shape.members:
            yield from violations(item, shape.members[name], f"{path}.{name}")
        else:
            yield f"{path}.{name} is unknown"


def _limits(value: Any, shape: Shape, path: str) -> Iterator[str]:
    limits = shape.metadata
    size = value if isinstance(value, int | float) else len(value) if hasattr(value, "__len__") else None
    if size is not None and not limits.get("min", size) <= size <= limits.get("max", size):
        yield f"{path} must be from {limits.get('min', 0)} to {limits.get('max', 'any')}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"{path} must be one of {', '.join(limits['enum'])}"
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        yield f"{path} must match {limits['pattern']}"


class Contract:
    """The contract of one service that writes JSON by path."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._model = get_service_model(service)

    def read(self, environ: WSGIEnvironment) -> dict[str, Any]:
        """What a request asks for, by the model's member names. Raises Refused for what the model doesn't allow."""
        request = Request(environ)
        operation, labels = get_service_router(self.service).match(request)
        shape = operation.input_shape
        try:
            body = json.loads(request.data or b"{}")
            asked: dict[str, Any] = PROTOCOL_PARSERS["rest-json"](operation).parse(
                {
                    "method": request.method,
                    "values": request.values,
                    "headers": request.headers,
                    "body": request.data,
                    "url_path": request.path,
                    "url_params": labels,
                }
            )
        except (ValueError, AttributeError):
            raise Refused("BadRequestException", "the request is no valid JSON") from None
        known = {member.serialization.get("name", name) for name, member in shape.members.items()}
        wrong = [f"{name} is unknown" for name in sorted(set(body) - known)]
        wrong += violations(asked, shape, operation.name)
        if wrong:
            raise Refused("BadRequestException", f"One or more of the parameters are not valid: {'; '.join(wrong)}")
        return asked

    def write(self, operation_name: str, answered: Mapping[str, Any]) -> tuple[int, str]:
        """The status and body of an answer. Raises BreachError for one that the model doesn't know."""
        operation = self._model.operation_model(operation_name)
        if operation.output_shape is None:
            return operation.http["responseCode"], ""
        if wrong := list(violations(answered, operation.output_shape, operation_name)):
            raise BreachError(f"{operation_name} can't be answered so: {'; '.join(wrong)}")
        written = get_serializer_class(self.service, "rest-json")(operation).serialize(answered)
        return written["status_code"], written["body"]

    def status_of(self, operation_name: str, code: str) -> int:
        """The HTTP status of an error. Raises BreachError for one that the operation doesn't know."""
        for shape in self._model.operation_model(operation_name).error_shapes:
            if shape.name == code:
                return int(shape.metadata["error"]["httpStatusCode"])
        raise BreachError(f"{operation_name} is never refused with {code}")
