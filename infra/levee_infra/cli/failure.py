"""Whatever ends a command badly, as one of levee's own errors, and how it is shown."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from levee.diagnostics import LeveeError, Rejected
from levee.diagnostics.text import printable, render_text
from levee_infra.cli.colour import coloured
from levee_infra.interruption import Interruption, exit_code


def failure_of(error: Exception, project: Path | None = None) -> LeveeError:
    """The error as one that says what to do. What the system refused of a file is unreadable input: exit code 2.

    Any other exception is a fault of levee's own, whose places are kept in `project` or this folder.
    """
    _note_places(error)
    match error:
        case LeveeError():
            return error
        case OSError(filename=str() | bytes() as name):
            file = name if isinstance(name, str) else name.decode(errors="replace")
            hint = "check that it is there, is what it should be, and may be read"
            return LeveeError(f"{file}: {error.strerror}", hint, exit_code=2)
        case OSError(strerror=str() as why):
            return LeveeError(f"the system refused what was asked: {why}", "correct that and run again")
        case UnicodeError():
            message = "a name has characters that this locale can't spell"
            return LeveeError(message, "run with LC_ALL=C.UTF-8", exit_code=2)
    from levee_infra.fault import fault

    return LeveeError(fault(error, project))


def _note_places(error: Exception) -> None:
    """For `--debug`: where it comes from."""
    import logging

    log = logging.getLogger(__name__)
    if log.isEnabledFor(logging.DEBUG):
        from levee_infra.fault import places

        for line in places(error):
            log.debug("%s", line)


def stopped(ended: KeyboardInterrupt) -> int:
    """Say that a signal ended the command; its exit code."""
    code = ended.exit_code if isinstance(ended, Interruption) else exit_code(signal.SIGINT)
    sys.stderr.write(f"levee: {'terminated' if code == exit_code(signal.SIGTERM) else 'interrupted'}\n")
    return code


def show(error: LeveeError) -> None:
    """Write the error to standard error."""
    if isinstance(error, Rejected):
        sys.stderr.write(coloured(render_text(error.diagnostics) + "\n", sys.stderr))
        sys.stderr.write(f"levee: {error.message}; nothing was changed\n")
        return
    sys.stderr.write(coloured(f"error: {printable(error.message)}\n", sys.stderr))
    if error.help:
        sys.stderr.write(f"  help: {printable(error.help)}\n")
