"""What ends a run of the embedded engine, and makes its recorded state of no use, with what to do about it."""


class EngineError(Exception):
    """A run ended or never began; ``message`` says why, ``help`` what to do, ``exit_code`` what to exit with."""

    exit_code = 1

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002 - the word printed before it
        super().__init__(message)
        self.message = message
        self.help = help

    def __str__(self) -> str:
        return f"{self.message}\nhelp: {self.help}" if self.help else self.message


class StateUnreadable(EngineError):
    """The recorded state is damaged, of an unknown version, or of another stack; it is never taken as empty."""

    exit_code = 2


class StateUnwritable(EngineError):
    """The journal could not be written; nothing more is started once that is known."""
