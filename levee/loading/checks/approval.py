"""Approvals: each says exactly what it lets through, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from levee.model.approval import Approval, GuardedChange
from levee.model.declared import Declared
from levee.model.problem import Problem
from levee.model.stack import StackSpec
from levee.model.stream import StreamSpec


@dataclass(frozen=True, slots=True)
class _Key:
    """A key that approvals of one change need, and those of no other change have."""

    name: str
    change: GuardedChange
    lacking: str
    what_to_write: str
    about: str

    def misused(self, approval: Approval) -> Iterator[Problem]:
        """Its lack where it is needed; its presence where it says nothing."""
        is_of_change, is_there = approval.change is self.change, getattr(approval, self.name) is not None
        if is_of_change and not is_there:
            yield Problem(f"approval-{self.name}", self.lacking, self.what_to_write, approval.origin)
        if is_there and not is_of_change:
            message = f"an approval of {approval.change} has no {self.name}"
            hint = f"remove the key; only {self.change} is about {self.about}"
            yield Problem(f"approval-{self.name}", message, hint, approval.origin.at(self.name))


_KEYS: Final = (
    _Key(
        "service",
        GuardedChange.GRANT_WIDENING,
        lacking="nothing says whose grant may grow",
        what_to_write="write `service: …`: the one that may do more",
        about="a service",
    ),
    _Key(
        "identity",
        GuardedChange.RECREATED,
        lacking="nothing says what was made anew",
        what_to_write="write `identity: …`: the new id or ARN, as `levee drift` prints it",
        about="one",
    ),
)


def keys_of_approvals(declared: Declared) -> Iterator[Problem]:
    """A widened grant is some service's, and a thing made anew is acknowledged by its identity; no other change has
    either.
    """
    for each in _all(declared):
        for approval in each.approvals:
            for key in _KEYS:
                yield from key.misused(approval)


def approved_twice(declared: Declared) -> Iterator[Problem]:
    """A stream, or the stack, approves a change once."""
    for each in _all(declared):
        first: dict[tuple[GuardedChange, str | None, str | None], Approval] = {}
        for approval in each.approvals:
            other = first.setdefault((approval.change, approval.service, approval.identity), approval)
            if other is not approval:
                message = f"{approval.change} is approved twice"
                yield Problem("approved-twice", message, "keep one of the two", approval.origin, other=other.origin)


def _all(declared: Declared) -> Iterator[StreamSpec | StackSpec]:
    yield from declared.streams
    if declared.stack is not None:
        yield declared.stack
