"""The one endpoint that tests talk to: counts each call, lets it meet its fault, hands it to who answers it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from tests.support.aws.calls import Call, call_of, rewind, take_body
from tests.support.aws.faults import Fault, Faults, answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTROL = "/levee-tests/"
"""What tests ask of the endpoint itself lies below this path, as JSON."""

CALL = "levee.call"
"""Where in its environ a request carries its Call."""


class Front:
    """A WSGI application before all others. `services` answer the calls of the services they are named after, `others`
    those of all others; `controls` answer what tests ask under CONTROL.
    """

    def __init__(
        self,
        others: WSGIApplication,
        services: Mapping[str, WSGIApplication],
        controls: Mapping[str, Callable[[Any], object]],
    ) -> None:
        self._faults = Faults()
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._others = others
        self._services = services
        self._controls = {
            "calls": lambda _: self._counted(),
            "reset-calls": lambda _: self._counted(reset=True),
            "fail": lambda values: self._faults.add(Fault(**values)),
            "reset-faults": lambda _: self._faults.clear(),
            **controls,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = take_body(environ)
        path = str(environ["PATH_INFO"])
        if path.startswith(CONTROL):
            return self._control(path.removeprefix(CONTROL), body)(environ, start_response)
        call = call_of(environ)
        rewind(environ, body)
        if call is None:
            return self._others(environ, start_response)
        self._count(call)
        environ[CALL] = call
        return self._answer(call, environ, start_response)

    def _control(self, name: str, body: bytes) -> Response:
        try:
            return Response(json.dumps(self._controls[name](json.loads(body))), content_type="application/json")
        except (KeyError, TypeError, ValueError) as wrong:
            return Response(str(wrong), 400)

    def _count(self, call: Call) -> None:
        with self._lock:
            self._calls[call.name] += 1

    def _counted(self, *, reset: bool = False) -> dict[str, int]:
        with self._lock:
            counted = dict(self._calls)
            if reset:
                self._calls.clear()
            return counted

    def _answer(self, call: Call, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        service = self._services.get(call.service, self._others)
        fault = self._faults.meet(call)
        match fault and fault.kind:
            case None:
                return service(environ, start_response)
            case "slow":
                assert fault is not None
                time.sleep(fault.seconds)
                return service(environ, start_response)
            case "dropped":
                return _hang_up(environ)
            case "lost":
                Response.from_app(service, environ, buffered=True).close()
                return _hang_up(environ)
            case kind:
                return answer(str(kind), call)(environ, start_response)


def _hang_up(environ: WSGIEnvironment) -> Iterable[bytes]:
    """Close the connection without an answer."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError
