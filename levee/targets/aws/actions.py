"""What manager, writer and reader mean on Amazon MSK with IAM access control: `kafka-cluster:*` actions.

Beside KAFKA_ROLES of levee.catalog.role and of the same meaning, action by ACL: a writer can't read, a reader can't
write, a manager can do neither. Each action stands with the companions that Amazon MSK asks for.
Source: https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from levee.model.role import Role
from levee.targets.aws.iam.wildcard import matches_ignoring_case

CONNECT: Final = "kafka-cluster:Connect"


@dataclass(frozen=True, slots=True)
class AwsPermissions:
    """The actions a role has on the cluster itself, its topics, its consumer groups and its transactional ids."""

    cluster: frozenset[str]
    topic: frozenset[str]
    group: frozenset[str] = frozenset()
    transactional_id: frozenset[str] = frozenset()


AWS_ROLES: Final[Mapping[Role, AwsPermissions]] = MappingProxyType(
    {
        Role.WRITER: AwsPermissions(
            # An action of the cluster: on a topic's ARN it never matches. Kafka itself implies it in Write (KIP-679).
            cluster=frozenset({CONNECT, "kafka-cluster:WriteDataIdempotently"}),
            topic=frozenset({"kafka-cluster:WriteData", "kafka-cluster:DescribeTopic"}),
            transactional_id=frozenset({"kafka-cluster:AlterTransactionalId", "kafka-cluster:DescribeTransactionalId"}),
        ),
        Role.READER: AwsPermissions(
            cluster=frozenset({CONNECT}),
            topic=frozenset({"kafka-cluster:ReadData", "kafka-cluster:DescribeTopic"}),
            group=frozenset({"kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"}),
        ),
        Role.MANAGER: AwsPermissions(
            cluster=frozenset({CONNECT}),
            topic=frozenset(
                {
                    "kafka-cluster:CreateTopic",
                    "kafka-cluster:DeleteTopic",
                    "kafka-cluster:AlterTopic",
                    "kafka-cluster:AlterTopicDynamicConfiguration",
                    "kafka-cluster:DescribeTopic",
                    "kafka-cluster:DescribeTopicDynamicConfiguration",
                }
            ),
        ),
    }
)

_OPERATIONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "WriteDataIdempotently": ("idempotentwrite", "cluster"),
        "DescribeCluster": ("describe", "cluster"),
        "AlterCluster": ("alter", "cluster"),
        "DescribeClusterDynamicConfiguration": ("describeconfigs", "cluster"),
        "AlterClusterDynamicConfiguration": ("alterconfigs", "cluster"),
        "WriteData": ("write", "topic"),
        "ReadData": ("read", "topic"),
        "CreateTopic": ("create", "topic"),
        "DeleteTopic": ("delete", "topic"),
        "AlterTopic": ("alter", "topic"),
        "DescribeTopic": ("describe", "topic"),
        "AlterTopicDynamicConfiguration": ("alterconfigs", "topic"),
        "DescribeTopicDynamicConfiguration": ("describeconfigs", "topic"),
        "AlterGroup": ("read", "group"),
        "DescribeGroup": ("describe", "group"),
        "DeleteGroup": ("delete", "group"),
        "AlterTransactionalId": ("write", "transactionalid"),
        "DescribeTransactionalId": ("describe", "transactionalid"),
    }
)
"""Each action as Kafka's operation on a type of resource, in the words of `levee.plan.observed`: same page."""


def operations(actions: Sequence[str], not_actions: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a statement that allows `actions`, or all but `not_actions`, lets do: operations, and on what each is."""
    for action, operation in _OPERATIONS.items():
        name = f"kafka-cluster:{action}"
        listed = any(matches_ignoring_case(pattern, name) for pattern in (actions or not_actions))
        if listed is bool(actions):
            yield operation
