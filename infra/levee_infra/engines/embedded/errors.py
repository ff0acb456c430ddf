"""What can end a run of the embedded engine, each with what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from levee_infra.deployed.engine_error import EngineError
from levee_infra.interruption import exit_code


class LockHeld(EngineError):
    """Another run holds this stack."""


class Interrupted(EngineError):
    """The signal `number` stopped the run; what had finished is recorded. `at_once`: what had not is left behind."""

    def __init__(self, message: str, number: int, help: str, *, at_once: bool = False) -> None:  # noqa: A002
        super().__init__(message, help)
        self.number = number
        self.at_once = at_once
        self.exit_code = exit_code(number)


class ProgramFailed(EngineError):
    """The user's program raised; ``__cause__`` is what it raised, ``location`` is ``file:line`` or empty."""

    def __init__(self, message: str, location: str = "") -> None:
        super().__init__(message)
        self.location = location

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" if self.location else self.message


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why nothing may be changed: about a resource (``urn``) or the program as a whole (empty)."""

    urn: str
    message: str
    help: str = ""
    property: str = ""


class Refused(EngineError):
    """Planning found reasons not to begin, all of them listed; nothing was changed."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(sorted(refusals, key=lambda refusal: refusal.urn))
        count = len(self.refusals)
        noun = "problem" if count == 1 else "problems"
        super().__init__(f"{count} {noun} found before anything was changed")

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"- {refusal.message}" for refusal in self.refusals)])


@dataclass(frozen=True, slots=True)
class Failure:
    """One operation that a provider refused or could not finish."""

    urn: str
    operation: str
    reasons: tuple[str, ...]


class DeploymentFailed(EngineError):
    """At least one operation failed; what succeeded is recorded. `interrupted`: the signal that stopped the run too."""

    def __init__(self, failures: Sequence[Failure], interrupted: int = 0) -> None:
        if interrupted:
            self.exit_code = exit_code(interrupted)
        self.failures = tuple(failures)
        count = len(self.failures)
        noun = "operation" if count == 1 else "operations"
        super().__init__(f"{count} {noun} failed", help="correct the cause and run the same command again")
