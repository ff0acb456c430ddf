"""Approvals: each says exactly what it lets through, once."""

from __future__ import annotations

from collections.abc import Iterator

from levee.loading.checks.declared import Declared
from levee.loading.problem import Problem
from levee.model.approval import Approval, GuardedChange
from levee.model.stack import StackSpec
from levee.model.stream import StreamSpec


def service_of_grant(declared: Declared) -> Iterator[Problem]:
    """A widened grant is some service's; no other change is."""
    for stream in declared.streams:
        for approval in stream.approvals:
            is_grant = approval.change is GuardedChange.GRANT_WIDENING
            if is_grant and approval.service is None:
                hint = "write `service: …`: the one that may do more"
                yield Problem("approval-service", "nothing says whose grant may grow", hint, approval.origin)
            if not is_grant and approval.service is not None:
                message = f"an approval of {approval.change} has no service"
                hint = "remove the key; only grant-widening is about a service"
                yield Problem("approval-service", message, hint, approval.origin.at("service"))


def identity_of_recreated(declared: Declared) -> Iterator[Problem]:
    """A thing made anew is acknowledged by its identity; no other change has one."""
    for each in _all(declared):
        for approval in each.approvals:
            is_recreated = approval.change is GuardedChange.RECREATED
            if is_recreated and approval.identity is None:
                hint = "write `identity: …`: the new id or ARN, as `levee drift` prints it"
                yield Problem("approval-identity", "nothing says what was made anew", hint, approval.origin)
            if not is_recreated and approval.identity is not None:
                message = f"an approval of {approval.change} has no identity"
                hint = "remove the key; only recreated is about one"
                yield Problem("approval-identity", message, hint, approval.origin.at("identity"))


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
