"""A stack of target aws on real brokers and an AWS API: what it makes, what it leaves, what it puts right.

The tests share one stack, in their order: each leaves it as declared.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.support.aws.calls_that_change import changes
from tests.support.aws_deployment import DECLARED, AwsDeployment
from tests.support.kafka_clients import login_error, produce

pytestmark = pytest.mark.integration

ONCE_FOR_ALL: Final = (
    "secretsmanager:ListSecrets",
    "secretsmanager:BatchGetSecretValue",
    "iam:GetAccountAuthorizationDetails",
    "iam:ListRoles",
    "cloudwatch:DescribeAlarms",
)
OF_EACH: Final = frozenset(
    {
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListRolePolicies",
        "iam:ListRoleTags",
        "cloudwatch:ListTagsForResource",
    }
)

OF_AN_ALARM: Final = (
    "AlarmName",
    "AlarmDescription",
    "Namespace",
    "MetricName",
    "Statistic",
    "Dimensions",
    "Period",
    "EvaluationPeriods",
    "ComparisonOperator",
    "TreatMissingData",
)


@dataclass(frozen=True)
class Shared:
    """The stack, what its first `up` wrote, and the arguments that its process had meanwhile."""

    deployment: AwsDeployment
    out: str
    err: str
    arguments: str


@pytest.fixture(scope="module")
def shared(new_aws_deployment: Callable[[], AwsDeployment]) -> Shared:
    deployment = new_aws_deployment()
    process = deployment.start("up", deployment.stack, "--yes", "--engine", "embedded")
    arguments = ""
    while process.poll() is None:
        arguments += Path(f"/proc/{process.pid}/cmdline").read_text()
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    return Shared(deployment, out, err, arguments)


@pytest.fixture
def stack(shared: Shared) -> AwsDeployment:
    return shared.deployment


def test_what_is_declared_is_there_once_and_its_users_can_do_what_they_may(stack: AwsDeployment) -> None:
    assert stack.counts() == DECLARED
    topic = stack.topic("audit")
    assert produce(stack.client("writer"), topic) is None
    assert produce(stack.client("reader"), topic) == "TOPIC_AUTHORIZATION_FAILED"


def test_up_again_changes_nothing_and_lists_instead_of_asking_for_each(stack: AwsDeployment) -> None:
    stack.api.reset_calls()
    again = stack.up()
    calls = stack.api.calls()
    assert (again.code, "created" in again.summary, "updated" in again.summary) == (0, False, False), again.text
    assert changes(calls) == Counter()
    assert {name: calls[name] for name in ONCE_FOR_ALL} == dict.fromkeys(ONCE_FOR_ALL, 1)
    assert OF_EACH & calls.keys() == set()


def test_verify_proves_it(stack: AwsDeployment) -> None:
    proof = stack.run("verify", stack.stack)
    assert (proof.code, "0 surprises, 0 unknown" in proof.out) == (0, True), proof.text


def test_destroy_of_what_is_protected_is_refused_as_a_whole(stack: AwsDeployment) -> None:
    stack.api.reset_calls()
    refused = stack.destroy()
    assert (refused.code, "stream 'audit' cannot be deleted because it is protected" in refused.err) == (1, True)
    assert changes(stack.api.calls()) == Counter()
    assert stack.counts() == DECLARED


def test_what_somebody_changed_is_drift_and_the_next_up_puts_it_right(stack: AwsDeployment) -> None:
    planted = plant_drift(stack)
    found = stack.drift()
    assert (found.code, [what for what in planted if what not in found.out]) == (3, []), found.text
    repaired = stack.up()
    assert repaired.code == 0, repaired.text
    clean = stack.drift()
    assert clean.code == 0, clean.text
    assert stack.counts() == DECLARED
    assert [login_error(stack.client(service)) for service in ("writer", "reader")] == [None, None]


def plant_drift(stack: AwsDeployment) -> list[str]:
    """Change something of every kind; how the drift is told."""
    secret, bucket, role = stack.secret("writer"), stack.bucket, f"{stack.stack}-{stack.service('reader')}"
    stack.aws("kms").disable_key_rotation(KeyId=stack.keys()[0])
    stack.aws("secretsmanager").update_secret(SecretId=secret, Description="taken over")
    stack.aws("secretsmanager").delete_secret(SecretId=stack.secret("reader"), RecoveryWindowInDays=7)
    anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    stack.aws("iam").put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=json.dumps(anything))
    stack.aws("s3").delete_public_access_block(Bucket=bucket)
    tomorrow = {"ID": "soon", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    stack.aws("s3").put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [tomorrow]})
    name, alarm = next((name, alarm) for name, alarm in stack.alarms().items() if "-lag-" in name)
    stack.aws("cloudwatch").put_metric_alarm(**{each: alarm[each] for each in OF_AN_ALARM}, Threshold=5e6)
    return [
        "! key stack-key  rotation true → false",
        f"! secret {stack.service('writer')}.g1  ",
        "→ taken over",
        f"! secret {stack.service('reader')}.g1 is gone",
        f"the secret of {stack.service('reader')}.g1 is lost",
        f"! role {stack.service('reader')}  foreign policies none → more",
        "! archive of stream audit  ",
        "expire after days 400 → ",
        "public access blocked true → false",
        f"! alarm {name}  threshold 1000 → 5000000",
    ]


def test_a_password_that_somebody_overwrote_is_found_by_logging_in_and_is_drift(stack: AwsDeployment) -> None:
    manager, name = stack.aws("secretsmanager"), stack.secret("writer")
    ours = manager.get_secret_value(SecretId=name)["SecretString"]
    theirs = json.dumps(json.loads(ours) | {"password": "of-their-own-making"})
    manager.put_secret_value(SecretId=name, SecretString=theirs)
    proof = stack.run("verify", stack.stack)
    told = f"SURPRISE  {stack.service('writer')}.g1  log in"
    assert (proof.code, told in proof.out, "of-their-own-making" in proof.text) == (1, True, False)
    found = stack.drift()
    told = f"the secret of {stack.service('writer')}.g1 was written by somebody else"
    assert (found.code, told in found.out, "of-their-own-making" in found.text) == (3, True, False)


def test_a_rotation_puts_that_right_overlaps_and_then_ends(stack: AwsDeployment) -> None:
    reader = stack.declared_service("reader")
    stack.write_stack(stack.declared_service("writer", ", generation: 2") + reader)
    assert stack.up().code == 0
    old = stack.client("writer", 1)
    assert [login_error(settings) for settings in (old, stack.client("writer", 2))] == [None, None]
    stack.write_stack(stack.declared_service("writer", ", generation: 2, previous: revoked") + reader)
    assert stack.up().code == 0
    assert [login_error(settings) for settings in (old, stack.client("writer", 2))] == ["_AUTHENTICATION", None]
    assert set(stack.secrets()) == {stack.secret("writer", 2), stack.secret("reader")}


def test_no_password_is_anywhere_but_in_its_secret(shared: Shared) -> None:
    stack = shared.deployment
    stack.run("plan", stack.stack, "--json")
    assert stack.where_passwords_are() == []
    first = shared.out + shared.err + shared.arguments
    assert [password for password in stack.passwords() if password in first] == []


def test_another_account_than_declared_is_refused_before_anything_is_made(
    new_aws_deployment: Callable[[], AwsDeployment],
) -> None:
    stack = new_aws_deployment()
    stack.write_stack(account="210987654321")
    stack.api.reset_calls()
    refused = stack.up()
    assert (refused.code, "210987654321" in refused.err, stack.api.account in refused.err) == (1, True, True)
    assert changes(stack.api.calls()) == Counter()
    assert (stack.live_topics(), set(stack.counts().values())) == ({}, {0})
