"""What a broker answered to a probe, and what that says of the check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from levee_infra.verify.check import Check


class Answer(StrEnum):
    """Whether the authorizer let an operation through."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Observation:
    """An answer and the words of the broker that it rests on. `done`: the operation was really carried out."""

    answer: Answer
    evidence: str
    done: bool = False


class Verdict(StrEnum):
    """What becomes of a check. Only the first is a pass."""

    AS_DECLARED = "as declared"
    SURPRISE = "surprise"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check that was put to the test."""

    check: Check
    observation: Observation

    @property
    def verdict(self) -> Verdict:
        """An unclear answer is no pass, whatever was expected."""
        if self.observation.answer is Answer.UNCLEAR:
            return Verdict.UNKNOWN
        as_declared = self.check.allowed == (self.observation.answer is Answer.ALLOWED)
        return Verdict.AS_DECLARED if as_declared else Verdict.SURPRISE
