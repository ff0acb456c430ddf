"""Whatever ends a command badly, as one of levee's own errors, and how it is shown."""

from __future__ import annotations

import sys
from pathlib import Path
from traceback import walk_tb
from typing import Final

from levee.diagnostics import LeveeError, Rejected
from levee.diagnostics.text import printable, render_text

_CODE: Final = Path(__file__).parents[2]


def failure_of(error: Exception) -> LeveeError:
    """The error as one that says what to do. What the system refused of a file is unreadable input: exit code 2.

    Of any other exception its kind and place are told and not its text, which may hold a secret.
    """
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
    return LeveeError(f"this is a fault in levee: {type(error).__name__} at {_place(error)}", "report it")


def show(error: LeveeError) -> None:
    """Write the error to standard error."""
    if isinstance(error, Rejected):
        sys.stderr.write(render_text(error.diagnostics) + "\n")
        sys.stderr.write(f"levee: {error.message}; nothing was changed\n")
        return
    sys.stderr.write(f"error: {printable(error.message)}\n")
    if error.help:
        sys.stderr.write(f"  help: {printable(error.help)}\n")


def _place(error: Exception) -> str:
    """The last line of levee's own code that the error came through."""
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
    own = [(file, line) for file, line in frames if file.is_relative_to(_CODE)]
    return "an unknown place" if not own else f"{own[-1][0].relative_to(_CODE)}:{own[-1][1]}"
