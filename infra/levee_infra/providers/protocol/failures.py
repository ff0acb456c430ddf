"""The three ways an operation on a resource ends badly, each with words for the person who ran it.

A message may quote a cluster, a cloud or a file: secrets in them are left out here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from levee.diagnostics.redaction import redact
from levee_infra.providers.protocol.properties import Value


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the declaration: where (``property``, may be empty) and what, with what to do instead."""

    property: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", redact(self.reason))

    def __str__(self) -> str:
        return f"{self.property}: {self.reason}" if self.property else self.reason


class RefusedError(Exception):
    """The declaration cannot or must not be carried out. Nothing was changed.

    Raised in a check it fails the preview with one line for each problem.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def refused(property_name: str, reason: str) -> RefusedError:
    """Make the refusal of a single property."""
    return RefusedError(Problem(property_name, reason))


class FailedError(Exception):
    """The operation failed and nothing was changed, or nothing that a second run would not find and finish."""

    def __init__(self, reason: str) -> None:
        super().__init__(redact(reason))


class PartlyDoneError(Exception):
    """The operation stopped half way: ``outputs`` is the live state now, ``reasons`` what was and was not done."""

    def __init__(self, resource_id: str, outputs: Mapping[str, Value], reasons: Sequence[str]) -> None:
        self.reasons = [redact(reason) for reason in reasons]
        super().__init__("; ".join(self.reasons))
        self.resource_id = resource_id
        self.outputs = outputs
