"""The two ways a levee command ends badly on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from levee.diagnostics.diagnostic import Diagnostic
from levee.diagnostics.redaction import redact

_T = TypeVar("_T")


class LeveeError(Exception):
    """A run can't go on, and it isn't a fault in a stack file.

    `message` says what and where, `help` what to do, `exit_code` how the command ends: 1 a failed deployment or
    finding, 2 bad usage or unreadable input, 3 drift. Secrets in either text are left out.
    """

    def __init__(self, message: str, help: str = "", *, exit_code: int = 1) -> None:  # noqa: A002 - the word a reader of errors expects
        self.message = redact(message)
        self.help = redact(help)
        super().__init__(self.message)
        self.exit_code = exit_code


class Rejected(LeveeError):
    """A declaration that can't be used, with every diagnostic of the run in order of place.

    Exit code 2 where a file is wrong in itself, 1 where the live cluster contradicts it.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], *, exit_code: int = 2) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key))
        count = len(self.diagnostics)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} found", exit_code=exit_code)


def taken(load: Callable[[], _T], refused: list[Diagnostic]) -> _T | None:
    """What is loaded; None where it is refused, and why in `refused`, so that everything is reported at once."""
    try:
        return load()
    except Rejected as rejected:
        refused.extend(rejected.diagnostics)
        return None
