"""Iterators of Kinesis that are out of date when a test says so: AWS's are after five minutes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tests.support.aws.calls import Call
from tests.support.aws.faults import error

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class KinesisIterators:
    """Asks `application`, save for as many GetRecords as tests let fail."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._outdated = 0

    @property
    def controls(self) -> Mapping[str, Callable[[Any], object]]:
        """What tests ask for: how many of the next GetRecords come too late."""
        return {"outdate-iterators": self._outdate}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        call = environ["levee.call"]
        assert isinstance(call, Call)
        if call.operation == "GetRecords" and self._is_outdated():
            message = "Iterator expired. The iterator was created at time … while right now it is …"
            return error(call, 400, "ExpiredIteratorException", message)(environ, start_response)
        return self._application(environ, start_response)

    def _outdate(self, times: int) -> None:
        with self._lock:
            self._outdated = times

    def _is_outdated(self) -> bool:
        with self._lock:
            self._outdated -= 1
            return self._outdated >= 0
