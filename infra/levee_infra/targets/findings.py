"""What a target's preflight came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from levee.model.origin import Origin
from levee.model.problem import Problem
from levee_infra.providers.protocol.failures import FailedError

MISSING_RIGHTS: Final = "missing-rights"
"""The id of problems that only a change meets: the caller lacks a right."""


@dataclass(frozen=True, slots=True)
class Findings:
    """`problems` stop the run; `warnings` (a line each) say what is doubtful, or couldn't be determined, and don't."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()

    @classmethod
    def together(cls, parts: Iterable[Findings]) -> Findings:
        """All of several."""
        listed = list(parts)
        return cls(
            tuple(problem for part in listed for problem in part.problems),
            tuple(warning for part in listed for warning in part.warnings),
        )

    def tolerating(self, problem_id: str) -> Findings:
        """With the problems of this id as warnings."""
        kept = tuple(problem for problem in self.problems if problem.id != problem_id)
        told = tuple(problem.message for problem in self.problems if problem.id == problem_id)
        return Findings(kept, (*told, *self.warnings))


def unverified(what: str, error: FailedError, origin: Origin) -> Problem:
    """What couldn't be looked at. Unknown is never a pass."""
    hint = "fix the cause and run again; nothing was changed"
    return Problem("unverified", f"cannot verify {what}: {error}", hint, origin)
