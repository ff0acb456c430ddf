"""A compliant plan, and what a cluster would hold that is exactly so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from levee.model.name import NamePattern
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from levee_infra.verify.access import planned_topics
from levee_infra.verify.live_state import LiveAcl, LiveSetting, LiveState, LiveTopic
from tests.support.aws.api import AwsApi
from tests.support.aws_stack import AwsStack
from tests.support.stack_files import StackFiles


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


@pytest.fixture
def plan(files: StackFiles) -> Plan:
    return plan_of(files)


def plan_of(files: StackFiles) -> Plan:
    return build_plan(files.load(), date(2026, 11, 21))


def compliant(plan: Plan) -> LiveState:
    """What is on the cluster when all is as planned."""
    credentials = [(user, credential) for credential in plan.credentials for user in credential.principals]
    return LiveState(
        cluster_id=plan.cluster.id,
        racks={broker: f"{plan.boundary.region}/zone-{broker}" for broker in range(1, plan.cluster.brokers + 1)},
        topics={
            topic.name: LiveTopic(
                topic.partitions,
                frozenset({topic.replication}),
                {key: LiveSetting(value, on_topic=True) for key, value in topic.settings}
                | {key: LiveSetting(value, on_topic=False) for key, value in topic.effective},
            )
            for topic in planned_topics(plan)
        },
        acls=frozenset(
            LiveAcl(f"User:{user}", acl.resource_type.value, acl.pattern, acl.operation.value, "*", allows=True)
            for user, credential in credentials
            for acl in credential.acls
        )
        | marks(plan),
        users={
            user: {"SCRAM-SHA-512": credential.scram.iterations} for user, credential in credentials if credential.scram
        },
    )


def marks(plan: Plan) -> frozenset[LiveAcl]:
    """The marks by which a stack's things are its own."""
    users = [user for credential in plan.credentials for user in credential.principals]
    return frozenset(
        [
            *(mark("topic", topic.name, "Describe", plan.qualified_stack) for topic in planned_topics(plan)),
            *(mark("user", f"User:{user}", "DescribeTokens", plan.qualified_stack) for user in users),
        ]
    )


def mark(kind: str, name: str, operation: str, owner: str) -> LiveAcl:
    return LiveAcl(f"Levee:{owner}", kind, NamePattern(name), operation, "*", allows=True)


@pytest.fixture
def aws_files(tmp_path: Path) -> AwsStack:
    """A stack on aws, whose account nobody asks."""
    return AwsStack(tmp_path, AwsApi("http://127.0.0.1:1", tmp_path / "credentials"))
