"""What two stacks of one project claim at one place: each would change and delete what is the other's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from levee.loading.checks.claim import overlaps
from levee.model.claim import Claim, Kind
from levee.model.declared import Declared
from levee.model.name import PatternType, metric_name
from levee.model.origin import Origin
from levee.model.problem import Problem

MOST_TOLD: Final = 20
"""Problems of one kind with one other stack that are reported one by one: a copied folder has all of a stack's."""

_SAID_IN: Final = {"cluster": "cluster.id", "account": "account", "folder": "secrets.directory"}
"""Which key of a stack says so, by the first word of a place."""


class _Told(NamedTuple):
    claim: Claim
    other: Claim
    problem: Problem


def claimed_twice(declared: Declared) -> Iterator[Problem]:
    """Nothing of this stack is claimed by another one, by name or by prefix."""
    claims = (claim for claim in declared.claims if claim.kind is not Kind.LOG_GROUP)
    found = [_told(*pair) for pair in _own_first(declared, overlaps(claims))]
    found += [_collision(*pair) for pair in _own_first(declared, _alike_in_metrics(declared.claims))]
    once: dict[tuple[Origin, Origin], _Told] = {}
    for told in found:  # a service that two stacks have is one problem, not one more for its credential
        once.setdefault((told.claim.origin, told.other.origin), told)
    yield from _limited(once.values())


def _own_first(declared: Declared, pairs: Iterable[tuple[Claim, Claim]]) -> Iterator[tuple[Claim, Claim]]:
    """The pairs that this stack is in, its own claim first. What two others share is reported of them."""
    own = declared.stack.name if declared.stack is not None else ""
    for one, other in pairs:
        if own in {one.holder, other.holder}:
            yield (one, other) if one.holder == own else (other, one)


def _told(claim: Claim, other: Claim) -> _Told:
    how = (
        f"is stack {other.holder}'s too" if claim.what == other.what else f"meets {other.what} of stack {other.holder}"
    )
    word, _, place = claim.place.partition(" ")
    hint = (
        "each stack would change and delete what is the other's: keep it in one of them, or give each its own; "
        f"if the two are not of one {word}, correct `{_SAID_IN[word]}` in one stack.yaml"
    )
    message = f"{claim.what} {how}; both are of {word} {place}"
    return _Told(claim, other, Problem("claimed-twice", message, hint, claim.origin, other=other.origin))


def _alike_in_metrics(claims: Iterable[Claim]) -> Iterator[tuple[Claim, Claim]]:
    first: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        if claim.kind is Kind.TOPIC and claim.pattern.type is PatternType.LITERAL:
            other = first.setdefault((claim.place, metric_name(claim.pattern.name)), claim)
            if other.pattern != claim.pattern and other.holder != claim.holder:
                yield claim, other


def _collision(claim: Claim, other: Claim) -> _Told:
    message = (
        f"{claim.what} collides with {other.what} of stack {other.holder}; both are of {claim.place}, "
        "and Kafka's metrics spell `.` as `_`"
    )
    hint = "use only one of . and _ in topic names"
    return _Told(claim, other, Problem("topic-collision", message, hint, claim.origin, other=other.origin))


def _limited(told: Iterable[_Told]) -> Iterator[Problem]:
    count: Counter[tuple[Kind, str]] = Counter()
    last: dict[tuple[Kind, str], Claim] = {}
    for claim, other, problem in told:
        group = (claim.kind, other.holder)
        count[group] += 1
        if count[group] <= MOST_TOLD:
            yield problem
        last[group] = claim
    for (kind, holder), claim in last.items():
        if (more := count[kind, holder] - MOST_TOLD) > 0:
            message = f"{more:,} more of kind {kind} are claimed by stack {holder} too"
            hint = "is this stack's folder a copy of that one's? correct `cluster.id`, or what the copy names"
            yield Problem("claimed-twice", message, hint, claim.origin)
