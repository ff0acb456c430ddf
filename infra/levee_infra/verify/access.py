"""What a credential's grants come to over the names that a plan holds."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from levee.model.name import NamePattern, PatternType
from levee.model.role import Role
from levee.plan.planned import Plan, PlannedCredential, PlannedTopic


def planned_topics(plan: Plan) -> tuple[PlannedTopic, ...]:
    """Every topic of a plan: those of streams, and those where carriers keep how far they have come."""
    return (*plan.topics, *(carrier.checkpoints for carrier in plan.carriers))


@dataclass(frozen=True, slots=True)
class PlannedNames:
    """Every name of a plan, gathered once for all its credentials. `topics` are sorted; those of checkpoints are among
    them.
    """

    topics: tuple[str, ...]
    topic_set: frozenset[str]
    groups: tuple[NamePattern, ...]
    transactional_ids: tuple[NamePattern, ...]

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """The names of a plan."""
        grants = [grant for credential in plan.credentials for grant in credential.grants]
        topics = tuple(sorted(topic.name for topic in planned_topics(plan)))
        return cls(
            topics=topics,
            topic_set=frozenset(topics),
            groups=_distinct(pattern for grant in grants for pattern in grant.groups),
            transactional_ids=_distinct(pattern for grant in grants for pattern in grant.transactional_ids),
        )

    def topics_under(self, prefix: str) -> Sequence[str]:
        """The topics whose names begin with `prefix`."""
        first = bisect_left(self.topics, prefix)
        return self.topics[first : bisect_left(self.topics, prefix + "\U0010ffff")]


@dataclass(frozen=True, slots=True)
class Access:
    """What one service may touch.

    `streams` are the plan's own, by topic name. `prefixes` reach beyond the plan: whatever is ever named so.
    """

    streams: Mapping[str, frozenset[Role]]
    prefixes: Mapping[str, frozenset[Role]]
    groups: tuple[NamePattern, ...]
    transactional_ids: tuple[NamePattern, ...]

    @classmethod
    def of(cls, credential: PlannedCredential, names: PlannedNames) -> Self:
        """What the grants of `credential` come to. Linear in the topics that it reaches."""
        streams: defaultdict[str, set[Role]] = defaultdict(set)
        prefixes: defaultdict[str, set[Role]] = defaultdict(set)
        for grant in credential.grants:
            for pattern in grant.topics:
                if pattern.type is PatternType.PREFIXED:
                    prefixes[pattern.name].add(grant.role)
                elif pattern.name in names.topic_set:
                    streams[pattern.name].add(grant.role)
        for prefix, roles in prefixes.items():
            for topic in names.topics_under(prefix):
                streams[topic] |= roles
        return cls(
            streams={name: frozenset(roles) for name, roles in sorted(streams.items())},
            prefixes={name: frozenset(roles) for name, roles in sorted(prefixes.items())},
            groups=_distinct(pattern for grant in credential.grants for pattern in grant.groups),
            transactional_ids=_distinct(p for grant in credential.grants for p in grant.transactional_ids),
        )

    def roles_on(self, topic: str) -> frozenset[Role]:
        """The roles on any topic of the cluster, planned or not."""
        planned = self.streams.get(topic)
        if planned is not None:
            return planned
        return frozenset[Role]().union(*(r for prefix, r in self.prefixes.items() if topic.startswith(prefix)))


def _distinct(patterns: Iterable[NamePattern]) -> tuple[NamePattern, ...]:
    return tuple(sorted(set(patterns)))
