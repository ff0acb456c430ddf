"""What a plan changes of what is deployed: pure, linear in the size of both.

A topic is the same one as long as its stream's key is: a stream under another key, or with another topic name, deletes
the old topic. Values read back from a deployment may be unknown (`levee.plan.unknown`): nothing here looks at them
before a rule asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from levee.plan.observed import Access, Principal, declared_principals
from levee.plan.planned import Plan, PlannedTopic

_LAST: Final = "\U0010ffff"  # sorts after every character of a topic's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What is there before the change. `source` says, in words, where that was read.

    `doomed` are streams whose topic the engine itself says it would delete or replace, whatever the plan says.
    `passwords_made` are all users with the day (UTC) on which the password was made, None where nobody noted it; None
    altogether: `source` doesn't record that.
    `spent` are the marks of approvals that were in the files when this was deployed.
    """

    source: str
    topics: tuple[PlannedTopic, ...]
    principals: tuple[Principal, ...]
    doomed: frozenset[str] = frozenset()
    passwords_made: Mapping[str, date | None] | None = None
    spent: frozenset[str] = frozenset()


def as_deployed(plan: Plan, source: str) -> Deployed:
    """An earlier plan, taken for what is deployed."""
    principals = tuple(declared_principals(plan))
    return Deployed(source=source, topics=plan.topics, principals=principals, spent=plan.approvals)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicChange:
    """A topic before and after. `after` None: its stream is gone."""

    before: PlannedTopic
    after: PlannedTopic | None
    doomed: bool

    @property
    def loses_records(self) -> bool:
        """Whether the topic that is there goes, be it for another one."""
        return self.doomed or self.after is None or self.after.name != self.before.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalChange:
    """A service's access before and after. `before` None: it is new."""

    before: Principal | None
    after: Principal

    @property
    def kept(self) -> Principal | None:
        """What whoever holds the access held before. None for somebody new, whatever the service had."""
        return self.before if self.before is not None and self.after.is_held_by(self.before) else None


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """Everything that was there, beside what shall be. `resources_before` counts topics and credentials.

    `spent` are the marks of approvals that let an earlier change through.
    """

    source: str
    topics: tuple[TopicChange, ...]
    principals: tuple[PrincipalChange, ...]
    services_removed: tuple[str, ...]
    resources_before: int
    passwords_made: Mapping[str, date | None] | None = None
    spent: frozenset[str] = frozenset()

    @property
    def removed(self) -> tuple[str, ...]:
        """The topics and credentials that go, as `stream/<key>` and `service/<name>`. One that is handed over goes."""
        topics = tuple(f"stream/{each.before.stream}" for each in self.topics if each.loses_records)
        handed_over = tuple(each.after.label for each in self.principals if each.before is not None and not each.kept)
        return topics + tuple(f"service/{name}" for name in self.services_removed + handed_over)

    @cached_property
    def by_stream(self) -> Mapping[str, TopicChange]:
        """What becomes of each deployed topic, by its stream."""
        return {each.before.stream: each for each in self.topics}

    @cached_property
    def by_service(self) -> Mapping[str, PrincipalChange]:
        """What becomes of the access of each service that shall have some."""
        return {each.after.label: each for each in self.principals}

    @cached_property
    def staying(self) -> Mapping[str, str]:
        """The streams whose topic is there and stays, by the topic's name, in order of name."""
        names = {each.before.name: each.before.stream for each in self.topics if not each.loses_records}
        return dict(sorted(names.items()))

    def reached(self, name: str, pattern: str) -> Sequence[str]:
        """The names of the staying topics that a pattern reaches."""
        if pattern == "literal":
            return [name] if name in self.staying else []
        names = self._names
        return names[bisect_left(names, name) : bisect_left(names, name + _LAST)]

    @cached_property
    def _names(self) -> list[str]:
        return list(self.staying)


def compare(plan: Plan, deployed: Deployed) -> ChangeSet:
    """The plan against what is deployed."""
    after = {topic.stream: topic for topic in plan.topics}
    before = {principal.label: principal for principal in deployed.principals}
    declared = list(declared_principals(plan))
    kept = {principal.label for principal in declared}
    return ChangeSet(
        source=deployed.source,
        topics=tuple(
            TopicChange(before=topic, after=after.get(topic.stream), doomed=topic.stream in deployed.doomed)
            for topic in deployed.topics
        ),
        principals=tuple(PrincipalChange(before=before.get(each.label), after=each) for each in declared),
        services_removed=tuple(name for name in before if name not in kept),
        resources_before=len(deployed.topics) + len(before),
        passwords_made=deployed.passwords_made,
        spent=deployed.spent,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Widening:
    """Topic access that a service didn't have: `operations` on the pattern (`name`, `pattern`).

    `streams` are those deployed that it comes to reach. One that comes to reach none is a prefix, over topics to come.
    """

    service: str
    access: Access
    operations: tuple[str, ...]
    streams: tuple[str, ...]


def widenings(changes: ChangeSet, change: PrincipalChange) -> Iterator[Widening]:
    """What a service may do on topics that it, or who holds its access from now on, could not do before.

    A grant by exact name on a topic that isn't deployed yet opens nothing that is there, and is left out; so is every
    grant of a stack of which nothing is deployed.
    """
    if changes.resources_before == 0:
        return
    held = _Held(change.kept)
    wider: dict[tuple[str, str], list[Access]] = {}
    for access in change.after.access:
        if access.allows and access.resource_type == "topic" and not held.covers(access, access.name, access.pattern):
            wider.setdefault((access.name, access.pattern), []).append(access)
    for (name, pattern), entries in wider.items():
        newly = [
            topic
            for topic in changes.reached(name, pattern)
            if not all(held.covers(each, topic, "literal") for each in entries)
        ]
        if newly or pattern != "literal":
            yield Widening(
                service=change.after.label,
                access=entries[0],
                operations=tuple(sorted({each.operation for each in entries})),
                streams=tuple(sorted(changes.staying[topic] for topic in newly)),
            )


class _Held:
    """What a principal may do on topics already."""

    def __init__(self, principal: Principal | None) -> None:
        self._literal: set[tuple[str, str]] = set()
        self._prefixes: dict[str, list[str]] = {}
        for access in principal.access if principal else ():
            if not access.allows or access.resource_type != "topic":
                continue
            if access.pattern == "prefixed":
                self._prefixes.setdefault(access.operation, []).append(access.name)
            else:
                self._literal.add((access.operation, access.name))

    def covers(self, access: Access, name: str, pattern: str) -> bool:
        """Whether it may do the same on everything of this name."""
        if pattern == "literal" and (access.operation, name) in self._literal:
            return True
        return any(name.startswith(prefix) for prefix in self._prefixes.get(access.operation, ()))
