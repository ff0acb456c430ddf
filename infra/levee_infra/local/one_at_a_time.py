"""An application that is asked one thing at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class OneAtATime:
    """Asks `application` for one request after the other: moto fails where two threads meet in its dictionaries
    (`dictionary changed size during iteration`).
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer when it is this request's turn."""
        with self._lock:
            response = Response.from_app(self._application, environ, buffered=True)
        return response(environ, start_response)
