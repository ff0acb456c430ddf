"""How the local cluster complains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from levee.diagnostics import LeveeError


class LocalClusterError(LeveeError):
    """The local cluster can't do what was asked. `message` says what and where, `help` what to do; exit code 1."""


@contextmanager
def system_errors() -> Iterator[None]:
    """What the system refuses, as a LocalClusterError."""
    try:
        yield
    except OSError as refused:
        raise LocalClusterError(
            f"{refused.filename or 'the system'}: {refused.strerror}",
            "check its permissions and the space left on disk",
        ) from None
