"""What a plan's grants reach of other stacks' things: a prefix matches whatever anybody makes below it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from levee.model.acl import ResourceType
from levee.model.name import NamePattern, PatternType
from levee.model.origin import Origin
from levee.model.problem import Problem
from levee.plan.planned import Plan

_LAST: Final = chr(0x10FFFF)
_SHOWN: Final = 3

_WORDS: Final[Mapping[ResourceType, str]] = {
    ResourceType.TOPIC: "topic",
    ResourceType.GROUP: "consumer group",
    ResourceType.TRANSACTIONAL_ID: "transactional id",
}


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """What somebody else holds: a topic by its mark, a group or a transactional id by an ACL of a marked user.

    `owner` is empty where nobody can tell whose it is.
    """

    type: ResourceType
    pattern: NamePattern
    owner: str = ""

    def __str__(self) -> str:
        return f"{self.pattern} of {self.owner}" if self.owner else str(self.pattern)


@dataclass(frozen=True, slots=True)
class _Granted:
    """One pattern of a grant, and where it is declared."""

    type: ResourceType
    pattern: NamePattern
    service: str
    role: str
    origin: Origin

    def __str__(self) -> str:
        return f"the grant of {self.service} ({self.role}) on {_WORDS[self.type]} {self.pattern}"


@dataclass(frozen=True, slots=True)
class _Overlap:
    """A granted pattern and what it reaches: how many things, and the first of them."""

    granted: _Granted
    count: int
    first: Sequence[Held]

    def __str__(self) -> str:
        more = f" and {self.count - len(self.first)} more" if self.count > len(self.first) else ""
        return f"{self.granted} reaches {', '.join(map(str, self.first))}{more}"


def reaches_beyond(plan: Plan) -> bool:
    """Whether a grant may reach a topic that the plan doesn't declare."""
    return any(granted.type is ResourceType.TOPIC for granted in _granted(plan))


def grants_anothers(plan: Plan, others: Iterable[Held]) -> Iterator[Problem]:
    """Each grant that reaches what is known to be another stack's."""
    for overlap in _overlaps(plan, [held for held in others if held.owner]):
        kind = _WORDS[overlap.granted.type]
        yield Problem(
            f"grants-anothers-{kind.replace(' ', '-')}",
            f"{overlap}, by the mark of its owner",
            f"write a name or a prefix that reaches no other stack's {kind}s; a service that needs them is granted "
            "them in the files of the stack that owns them",
            overlap.granted.origin,
        )


def doubtful_grants(plan: Plan, others: Iterable[Held]) -> Iterator[str]:
    """A line for each grant that reaches what may be another stack's."""
    for overlap in _overlaps(plan, [held for held in others if not held.owner]):
        yield f"{overlap}, which this stack doesn't declare; whose it is is unknown, for want of marks of ownership"


def _granted(plan: Plan) -> Iterator[_Granted]:
    """Every pattern but the names of declared topics: another's mark on one of those stops the topic itself."""
    declared = declared_topics(plan)
    for credential in plan.credentials:
        for grant in credential.grants:
            topics = [each for each in grant.topics if each.type is PatternType.PREFIXED or each.name not in declared]
            for kind, key, patterns in (
                (ResourceType.TOPIC, "topics", topics),
                (ResourceType.GROUP, "groups", grant.groups),
                (ResourceType.TRANSACTIONAL_ID, "transactional_ids", grant.transactional_ids),
            ):
                for pattern in patterns:
                    yield _Granted(kind, pattern, credential.service, grant.role, grant.origin.at(key))


def declared_topics(plan: Plan) -> frozenset[str]:
    """The names of all topics that the plan makes."""
    return frozenset({topic.name for topic in plan.topics} | {carrier.checkpoints.name for carrier in plan.carriers})


def _overlaps(plan: Plan, others: Iterable[Held]) -> Iterator[_Overlap]:
    declared = declared_topics(plan)
    by_type: defaultdict[ResourceType, set[Held]] = defaultdict(set)
    for held in others:
        if held.type is not ResourceType.TOPIC or held.pattern.name not in declared:
            by_type[held.type].add(held)
    indexes = {kind: _Index(held) for kind, held in by_type.items()}
    for granted in _granted(plan) if indexes else ():
        if granted.type in indexes:
            count, first = indexes[granted.type].overlapping(granted.pattern)
            if count:
                yield _Overlap(granted, count, first)


class _Index:
    """Others' patterns in order of name, so that a grant isn't compared with each of them."""

    def __init__(self, held: Iterable[Held]) -> None:
        self._held = sorted(held, key=lambda each: (each.pattern.name, each))
        self._names = [each.pattern.name for each in self._held]
        self._prefixes = {each.pattern.name: each for each in self._held if each.pattern.type is PatternType.PREFIXED}

    def overlapping(self, pattern: NamePattern) -> tuple[int, Sequence[Held]]:
        """How many can match a name that `pattern` matches, and the first: prefixes of its name, and what it begins."""
        name = pattern.name
        until = name + (_LAST if pattern.type is PatternType.PREFIXED else "\0")
        start, end = bisect_left(self._names, name), bisect_left(self._names, until)
        wider = [self._prefixes[name[:length]] for length in range(1, len(name)) if name[:length] in self._prefixes]
        return len(wider) + end - start, [*wider, *self._held[start : min(end, start + _SHOWN)]][:_SHOWN]
