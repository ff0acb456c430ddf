"""Roles on Amazon MSK mean what they mean as Kafka's ACLs, and hold the companions that MSK asks for."""

from __future__ import annotations

import pytest

from levee.catalog.role import KAFKA_ROLES
from levee.model.acl import AclOperation as Op
from levee.model.role import Role
from levee.targets.aws.actions import AWS_ROLES, CONNECT

# The table of https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html: action -> resource, equivalent
# operation of an ACL, required actions besides Connect.
TABLE: dict[str, tuple[str, Op | None, set[str]]] = {
    "WriteDataIdempotently": ("cluster", None, {"WriteData"}),
    "CreateTopic": ("topic", Op.CREATE, set()),
    "DescribeTopic": ("topic", Op.DESCRIBE, set()),
    "AlterTopic": ("topic", Op.ALTER, {"DescribeTopic"}),
    "DeleteTopic": ("topic", Op.DELETE, {"DescribeTopic"}),
    "DescribeTopicDynamicConfiguration": ("topic", Op.DESCRIBE_CONFIGS, set()),
    "AlterTopicDynamicConfiguration": ("topic", Op.ALTER_CONFIGS, {"DescribeTopicDynamicConfiguration"}),
    "ReadData": ("topic", Op.READ, {"DescribeTopic", "AlterGroup"}),
    "WriteData": ("topic", Op.WRITE, {"DescribeTopic"}),
    "DescribeGroup": ("group", Op.DESCRIBE, set()),
    "AlterGroup": ("group", Op.READ, {"DescribeGroup"}),
    "DeleteGroup": ("group", Op.DELETE, {"DescribeGroup"}),
    "DescribeTransactionalId": ("transactional_id", Op.DESCRIBE, set()),
    "AlterTransactionalId": ("transactional_id", Op.WRITE, {"DescribeTransactionalId", "WriteData"}),
}
KINDS = ("topic", "group", "transactional_id")


def actions(role: Role, kind: str) -> set[str]:
    return {action.removeprefix("kafka-cluster:") for action in getattr(AWS_ROLES[role], kind)} - {"Connect"}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", KINDS)
def test_a_role_means_what_its_acls_mean(role: Role, kind: str) -> None:
    granted = {TABLE[action][1] for action in actions(role, kind)}
    implied = {Op.DESCRIBE} & granted  # Kafka implies it in Read; MSK wants it said
    assert granted == getattr(KAFKA_ROLES[role], kind) | implied


@pytest.mark.parametrize("role", Role)
def test_every_action_is_of_its_resource_and_has_its_companions(role: Role) -> None:
    assert CONNECT in AWS_ROLES[role].cluster
    held = {action for kind in ("cluster", *KINDS) for action in actions(role, kind)}
    for kind in ("cluster", *KINDS):
        for action in actions(role, kind):
            assert TABLE[action][0] == kind
            assert TABLE[action][2] <= held


def test_no_role_holds_what_only_another_may() -> None:
    assert "ReadData" not in actions(Role.WRITER, "topic") | actions(Role.MANAGER, "topic")
    assert "WriteData" not in actions(Role.READER, "topic") | actions(Role.MANAGER, "topic")
    changing = {action for action in TABLE if action.startswith(("Create", "Alter", "Delete")) and "Topic" in action}
    assert not changing & (actions(Role.READER, "topic") | actions(Role.WRITER, "topic"))
