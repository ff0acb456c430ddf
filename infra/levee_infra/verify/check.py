"""What a proof checks of each credential, and on which names it is tried: pure and deterministic.

A service may own ten thousand streams. What the broker says of all of them is compared in one question; single
operations are tried on a sample, which every report counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, TypeVar

from levee.model.name import NamePattern, PatternType
from levee.model.role import Role
from levee_infra.verify.access import Access, PlannedNames
from levee_infra.verify.expectation import is_allowed
from levee_infra.verify.probe import (
    CLUSTER_PROBES,
    CREDENTIAL_PROBES,
    GROUP_PROBES,
    STREAM_PROBES,
    TRANSACTION_PROBES,
    Probe,
    Subject,
)

SAMPLE: Final = 3
"""Streams, groups and transactional ids of each kind that single operations are tried on."""

MARK: Final = "levee-probe"
"""In every name that a proof makes up: a word that an operator finds in a log."""

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Check:
    """One operation on one resource that must be let through, or must be refused.

    `scope` says in words what the resource stands for, as `reader of 40 streams`.
    """

    username: str
    subject: Subject
    scope: str
    name: str
    probe: Probe
    allowed: bool


def checks(username: str, access: Access, names: PlannedNames, *, turn: int) -> Iterator[Check]:
    """Every check about one user.

    `turn` picks other foreign names for other services.
    """
    for probe in CREDENTIAL_PROBES:
        yield Check(username, Subject.CREDENTIAL, "itself", username, probe, allowed=probe is not Probe.LOG_IN_WRONGLY)
    yield from _stream_claims(username, access, names, turn)
    yield from _pattern_claims(username, access, names, turn)
    for probe in CLUSTER_PROBES:
        yield Check(username, Subject.CLUSTER, "the cluster", "kafka-cluster", probe, allowed=False)


def _stream_claims(username: str, access: Access, names: PlannedNames, turn: int) -> Iterator[Check]:
    by_roles: defaultdict[frozenset[Role], list[str]] = defaultdict(list)
    for topic, roles in access.streams.items():
        by_roles[roles].append(topic)
    for roles, topics in sorted(by_roles.items(), key=lambda item: sorted(item[0])):
        scope = f"{' and '.join(sorted(roles))} of {_count(topics, 'stream')}"
        for topic in sample(topics):
            for probe in STREAM_PROBES:
                yield Check(username, Subject.OWN_STREAM, scope, topic, probe, allowed=is_allowed(probe, roles))
    others = _foreign(names.topics, turn, lambda topic: not access.roles_on(topic))
    for topic in others or [MARK]:
        for probe in STREAM_PROBES:
            yield Check(username, Subject.OTHER_STREAM, "another stream", topic, probe, allowed=False)
    for prefix in access.prefixes:
        name = prefix + MARK
        allowed = is_allowed(Probe.CREATE, access.roles_on(name))
        yield Check(username, Subject.NEW_STREAM, f"a new stream {prefix}*", name, Probe.CREATE, allowed=allowed)
    if not access.roles_on(MARK):
        yield Check(username, Subject.NEW_STREAM, "a new stream elsewhere", MARK, Probe.CREATE, allowed=False)


def _pattern_claims(username: str, access: Access, names: PlannedNames, turn: int) -> Iterator[Check]:
    for own, planned, subjects, probes, role, word in (
        (access.groups, names.groups, (Subject.OWN_GROUP, Subject.OTHER_GROUP), GROUP_PROBES, Role.READER, "group"),
        (
            access.transactional_ids,
            names.transactional_ids,
            (Subject.OWN_TRANSACTION, Subject.OTHER_TRANSACTION),
            TRANSACTION_PROBES,
            Role.WRITER,
            "transactional id",
        ),
    ):
        for pattern in sample(own):
            for probe in probes:
                scope = f"its {_count(own, word)}"
                yield Check(username, subjects[0], scope, example(pattern), probe, allowed=is_allowed(probe, (role,)))
        others = _foreign(planned, turn, partial(_is_apart, own))
        for name in map(example, others or [NamePattern(MARK)]):
            for probe in probes:
                yield Check(username, subjects[1], f"another {word}", name, probe, allowed=False)


def sample(items: Sequence[Name]) -> Sequence[Name]:
    """Up to SAMPLE of the items, spread from the first to the last."""
    if len(items) <= SAMPLE:
        return items
    return [items[index * (len(items) - 1) // (SAMPLE - 1)] for index in range(SAMPLE)]


def example(pattern: NamePattern) -> str:
    """A name that the pattern matches; under a prefix, one that nobody uses."""
    return pattern.name + MARK if pattern.type is PatternType.PREFIXED else pattern.name


def _is_apart(own: Iterable[NamePattern], pattern: NamePattern) -> bool:
    return not any(mine.covers(pattern) or pattern.covers(mine) for mine in own)


def _foreign(items: Sequence[Name], turn: int, is_foreign: Callable[[Name], bool]) -> list[Name]:
    """One of the items that belong to others, another one for another turn; none if there are none."""
    rotation = (items[(turn + index) % len(items)] for index in range(len(items)))
    return list(islice(filter(is_foreign, rotation), 1))


def _count(items: Sequence[object], word: str) -> str:
    return f"{len(items):,} {word}{'s' if len(items) != 1 else ''}"
