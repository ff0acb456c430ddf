"""The process that answers for AWS: `python -m tests.support.aws.server`.

It listens on a free port of 127.0.0.1, writes that port to standard output, and ends when its standard input does: a
test run that is killed leaves nothing behind.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from levee_infra.local.moto_server import correct
from levee_infra.local.one_at_a_time import OneAtATime
from tests.support.aws import log_filters
from tests.support.aws.front import Front
from tests.support.aws.iam_simulation import IamSimulation
from tests.support.aws.kinesis_iterators import KinesisIterators
from tests.support.aws.msk_server import MskServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class QuietHandler(MotoRequestHandler):  # type: ignore[misc]
    """Doesn't log calls, and doesn't hold the second part of an answer back until the first is acknowledged."""

    disable_nagle_algorithm = True

    def log_request(self, *_: Any) -> None:
        """Nothing."""


def main() -> None:
    """Serve until standard input ends."""
    correct()
    log_filters.correct()
    moto = OneAtATime(DomainDispatcherApplication(create_backend_app))
    msk = MskServer()
    kinesis = KinesisIterators(moto)
    services: dict[str, WSGIApplication] = {"kafka": msk, "iam": IamSimulation(moto), "kinesis": kinesis}
    front = Front(moto, services, {**msk.controls, **kinesis.controls})
    server = make_server("127.0.0.1", 0, front, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=_end_with_starter, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _end_with_starter() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
