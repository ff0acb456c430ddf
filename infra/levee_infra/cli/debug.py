"""`-v`, `--debug`: what is asked and how long it takes, and where an error comes from, on standard error.

Only levee's own log is shown: those of the clients for Kafka and AWS quote requests, and with them secrets.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from levee.diagnostics.redaction import redact
from levee.diagnostics.text import printable

_LOG: Final = logging.getLogger("levee_infra")


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        text = redact(printable(record.getMessage()))
        sys.stderr.write(f"debug: {record.relativeCreated / 1000:8.3f} s  {text}\n")


@contextmanager
def debugging() -> Iterator[None]:
    """Show what is logged inside."""
    handler = _Lines()
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        _LOG.removeHandler(handler)
        _LOG.setLevel(logging.NOTSET)
