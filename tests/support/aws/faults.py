"""What goes wrong on demand, in the words of the service that is asked.

Codes: https://docs.aws.amazon.com/awsSupport/latest/APIReference/CommonErrors.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args
from uuid import uuid4
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

from tests.support.aws.calls import Call

Kind = Literal["throttled", "server-error", "unavailable", "expired", "denied", "dropped", "lost", "slow"]
"""`dropped`: the connection closes before anything is done; `lost`: it closes after all is done; `slow`: it is done
late. The others are answers.
"""

KINDS: tuple[Kind, ...] = get_args(Kind)

ANSWERS: Mapping[str, Mapping[str, tuple[int, str]]] = {
    "throttled": {
        "json": (400, "ThrottlingException"),
        "rest-json": (429, "TooManyRequestsException"),
        "query": (400, "Throttling"),
        "s3": (503, "SlowDown"),
    },
    "server-error": {
        "json": (500, "InternalFailure"),
        "rest-json": (500, "InternalServerErrorException"),
        "query": (500, "InternalFailure"),
        "s3": (500, "InternalError"),
    },
    "unavailable": {
        "json": (503, "ServiceUnavailableException"),
        "rest-json": (503, "ServiceUnavailableException"),
        "query": (503, "ServiceUnavailable"),
        "s3": (503, "ServiceUnavailable"),
    },
    "expired": {
        "json": (400, "ExpiredTokenException"),
        "rest-json": (403, "ExpiredTokenException"),
        "query": (403, "ExpiredToken"),
        "s3": (400, "ExpiredToken"),
    },
    "denied": {
        "json": (400, "AccessDeniedException"),
        "rest-json": (403, "AccessDeniedException"),
        "query": (403, "AccessDenied"),
        "s3": (403, "AccessDenied"),
    },
}
"""Status and code by kind and by how the service writes errors."""

STYLES = {"ec2": "query", "rest-xml": "s3"}


@dataclass(slots=True)
class Fault:
    """What happens to calls whose name matches `operation` (`*` matches all, as in file names): the first `after` of
    them pass, the next `times` meet it.
    """

    operation: str
    kind: Kind
    times: int = 1
    after: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(KINDS)}")
        if not any(fnmatchcase(name, self.operation) for name in self._names()):
            raise ValueError(f"no operation is named {self.operation!r}, as secretsmanager:CreateSecret")

    def _names(self) -> Iterable[str]:
        service, _, _ = self.operation.partition(":")
        if "*" in service:
            return [self.operation]
        try:
            return [f"{service}:{name}" for name in get_service_model(service).operation_names]
        except UnknownServiceError:
            return []


class Faults:
    """The faults to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def meet(self, call: Call) -> Fault | None:
        """The fault that `call` meets. It is used up by that."""
        with self._lock:
            for fault in self._waiting:
                if not fnmatchcase(call.name, fault.operation):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
                return fault
        return None


def answer(kind: str, call: Call) -> Response:
    """The answer of `call`'s service to a fault of `kind`."""
    status, code = ANSWERS[kind][STYLES.get(call.protocol, call.protocol)]
    return error(call, status, code, f"{call.operation} was made to fail: {kind}")


def error(call: Call, status: int, code: str, message: str) -> Response:
    """An error as `call`'s service writes it, with a request id of its own."""
    request_id = str(uuid4())
    style = STYLES.get(call.protocol, call.protocol)
    if style == "s3":
        return Response(
            f"<Error><Code>{code}</Code><Message>{escape(message)}</Message><RequestId>{request_id}</RequestId></Error>",
            status,
            {"Content-Type": "application/xml", "x-amz-request-id": request_id},
        )
    if style == "query":
        return Response(
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>",
            status,
            {"Content-Type": "text/xml", "x-amzn-RequestId": request_id},
        )
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": request_id, "x-amzn-ErrorType": code}
    return Response(json.dumps({"__type": code, "message": message}), status, headers)
