"""What a role must be able to do on an Amazon MSK cluster, and what not: the proof's own table.

On purpose not made from `levee.targets.aws.actions`: a mistake in what roles compile to must not also decide what is
right. Source: https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from levee.model.name import NamePattern
from levee.model.role import Role
from levee.targets.aws.iam.arn import ClusterArn
from levee_infra.verify.access import Access, PlannedNames
from levee_infra.verify.check import MARK, example, sample

ON_TOPIC: Final[Mapping[Role, frozenset[str]]] = MappingProxyType(
    {
        Role.WRITER: frozenset({"WriteData", "DescribeTopic"}),
        Role.READER: frozenset({"ReadData", "DescribeTopic"}),
        Role.MANAGER: frozenset(
            {
                "CreateTopic",
                "DeleteTopic",
                "AlterTopic",
                "AlterTopicDynamicConfiguration",
                "DescribeTopic",
                "DescribeTopicDynamicConfiguration",
            }
        ),
    }
)
ALL_ON_TOPIC: Final = sorted(frozenset[str]().union(*ON_TOPIC.values()))
ON_GROUP: Final = ("AlterGroup", "DescribeGroup")
NEVER_ON_GROUP: Final = ("DeleteGroup",)
ON_TRANSACTION: Final = ("AlterTransactionalId", "DescribeTransactionalId")
NEVER_ON_CLUSTER: Final = ("AlterCluster", "AlterClusterDynamicConfiguration")


@dataclass(frozen=True, slots=True)
class TopicRequest:
    """An action on the ARN of something on the cluster, and whether it must go through."""

    action: str
    resource: str
    allowed: bool


def topic_requests(cluster: ClusterArn, access: Access, names: PlannedNames, turn: int) -> Iterator[TopicRequest]:
    """Every action on samples of the service's own names, and on names of others. `turn` picks other foreign ones."""
    roles = frozenset[Role]().union(*access.streams.values(), *access.prefixes.values())
    yield from _on(str(cluster), ("Connect",), ("Connect",))
    yield from _on(str(cluster), ("WriteDataIdempotently",), ("WriteDataIdempotently",) if Role.WRITER in roles else ())
    yield from _on(str(cluster), NEVER_ON_CLUSTER, ())
    for topic in {*_own(access), *_others(access, names, turn), MARK}:
        allowed = frozenset[str]().union(*(ON_TOPIC[role] for role in access.roles_on(topic)))
        yield from _on(cluster.topic(NamePattern(topic)), ALL_ON_TOPIC, allowed)
    for group in sample(access.groups):
        yield from _on(cluster.group(NamePattern(example(group))), (*ON_GROUP, *NEVER_ON_GROUP), ON_GROUP)
    for pattern in sample(access.transactional_ids):
        yield from _on(cluster.transactional_id(NamePattern(example(pattern))), ON_TRANSACTION, ON_TRANSACTION)
    yield from _on(cluster.group(NamePattern(MARK)), (*ON_GROUP, *NEVER_ON_GROUP), ())
    yield from _on(cluster.transactional_id(NamePattern(MARK)), ON_TRANSACTION, ())


def _on(resource: str, actions: Iterable[str], allowed: Collection[str]) -> Iterator[TopicRequest]:
    return (TopicRequest(f"kafka-cluster:{action}", resource, action in allowed) for action in actions)


def _own(access: Access) -> Iterator[str]:
    by_roles: dict[frozenset[Role], list[str]] = {}
    for topic, roles in access.streams.items():
        by_roles.setdefault(roles, []).append(topic)
    for topics in by_roles.values():
        yield from sample(topics)
    for prefix in access.prefixes:
        yield prefix + MARK


def _others(access: Access, names: PlannedNames, turn: int) -> Iterator[str]:
    rotation = (names.topics[(turn + index) % len(names.topics)] for index in range(len(names.topics)))
    foreign = next((topic for topic in rotation if not access.roles_on(topic)), None)
    if foreign is not None:
        yield foreign
