"""What AWS is asked for each service: the same by both engines, and nothing of a single one where nothing changes."""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from tests.support.aws.api import AwsApi
from tests.support.aws_deployment import AwsDeployment
from tests.support.cluster import LocalCluster

pytestmark = pytest.mark.integration

SERVICES: Final = 30

TOGETHER: Final = (
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:ListSecrets",
    "iam:GetAccountAuthorizationDetails",
    "iam:ListRoles",
)
"""What is asked about many services at once."""

MOST_TOGETHER: Final = SERVICES // 2
"""Of each, in a run that looks at everything twice: were each service asked for, it would be twice as many as there are
services. A slow machine reads lists more often, for they age.
"""


@pytest.fixture
def stack(tmp_path: Path, cluster: LocalCluster, aws_api: AwsApi) -> AwsDeployment:
    """Services with a role and a secret each, all of them writers of one stream."""
    made = AwsDeployment(tmp_path, cluster, f"c{secrets.token_hex(4)}", aws_api)
    names = [f"writer-{number}" for number in range(SERVICES)]
    made.write_stack("".join(f"  {made.service(name)}: {{assumed_by: ecs-tasks.amazonaws.com}}\n" for name in names))
    sources = ", ".join(f"{{service: {made.service(name)}, kind: application}}" for name in names)
    made.stream("events", sources=f"[{sources}]")
    return made


@pytest.mark.parametrize("engine", ["embedded", pytest.param("pulumi", marks=pytest.mark.engine)])
def test_what_is_asked_grows_little_with_the_services(stack: AwsDeployment, engine: str) -> None:
    calls = asked(stack, engine)
    each = ("secretsmanager:CreateSecret", "secretsmanager:PutSecretValue", "iam:CreateRole", "iam:PutRolePolicy")
    assert {name: calls[name] for name in each} == dict.fromkeys(each, SERVICES)
    # The server refuses a call for many values where one of them isn't written yet, so it is asked for each.
    assert calls.pop("secretsmanager:GetSecretValue") <= SERVICES
    assert_together(Counter({name: count for name, count in calls.items() if name not in each}))

    assert_together(asked(stack, engine))


def asked(stack: AwsDeployment, engine: str) -> Counter[str]:
    """The calls of one `levee up`."""
    stack.api.reset_calls()
    done = stack.up(engine)
    assert done.code == 0, done.text
    return stack.api.calls()


def assert_together(calls: Counter[str]) -> None:
    assert max(calls[name] for name in TOGETHER) <= MOST_TOGETHER, calls
    others = {name: count for name, count in calls.items() if name not in TOGETHER}
    assert max(others.values()) <= MOST_TOGETHER, calls
