"""How the local cluster complains."""

from __future__ import annotations

from levee.diagnostics import LeveeError


class LocalClusterError(LeveeError):
    """The local cluster can't do what was asked. `message` says what and where, `help` what to do; exit code 1."""
