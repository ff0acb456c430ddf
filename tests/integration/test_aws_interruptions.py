"""`levee up` on AWS, killed and met by failing calls: running it again ends as declared, and nothing is made twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import pytest

from tests.support.aws.calls_that_change import changes
from tests.support.aws_deployment import DECLARED, SERVICES, AwsDeployment
from tests.support.kafka_clients import login_error

pytestmark = pytest.mark.integration

each_engine = pytest.mark.parametrize(
    "engine",
    [
        "embedded",
        pytest.param("pulumi", marks=pytest.mark.engine),
    ],
)

CALLS_BETWEEN_KILLS: Final = 4
"""Of some 25 with which the whole stack is made."""

ATTEMPTS: Final = 6
"""How often a call is sent that fails in a way that may pass."""

LOST: Final = (
    "secretsmanager:CreateSecret",
    "secretsmanager:PutSecretValue",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "s3:CreateBucket",
    "cloudwatch:PutMetricAlarm",
)


@pytest.fixture
def stack(new_aws_deployment: Callable[[], AwsDeployment]) -> Iterator[AwsDeployment]:
    deployment = new_aws_deployment()
    yield deployment
    deployment.api.forget_faults()


def assert_as_declared(stack: AwsDeployment) -> None:
    assert stack.counts() == DECLARED
    assert [login_error(stack.client(service)) for service in SERVICES] == [None, None]


def start_apart(stack: AwsDeployment, engine: str) -> subprocess.Popen[str]:
    """Begin an `up` with all of its processes in a group of their own."""
    command = stack.command("up", stack.stack, "--yes", "--engine", engine)
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


def killed_at_change(process: subprocess.Popen[str], stack: AwsDeployment, number: int) -> bool:
    """Kill it, and what it has started, when it has sent that many calls that change something; whether it has."""
    while process.poll() is None:
        if changes(stack.api.calls()).total() >= number:
            groups = [process.pid, *children(process.pid)]  # the CLI is in a group of its own
            for group in groups:
                with suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)
            process.communicate()
            for group in groups:
                wait_for_end_of_group(group)
            return True
        time.sleep(0.002)
    return False


def children(parent: int) -> list[int]:
    """The processes that one has started."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(pid) for pid, started_by in map(str.split, listed.splitlines()) if int(started_by) == parent]


def wait_for_end_of_group(group: int) -> None:
    """Until the last of the killed processes is gone, which is a moment after the first."""
    deadline = time.monotonic() + 30
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.01)


@each_engine
def test_killed_at_many_points_it_converges(stack: AwsDeployment, engine: str) -> None:
    """Each run gets a few calls further than the one before; the last is let run."""
    killed = -1
    is_killed = True
    while is_killed:
        killed += 1
        stack.api.reset_calls()
        process = start_apart(stack, engine)
        is_killed = killed_at_change(process, stack, CALLS_BETWEEN_KILLS)
    out, _ = process.communicate()
    assert (process.returncode, killed >= 3) == (0, True), out
    assert_as_declared(stack)


@each_engine
def test_what_fails_is_told_with_its_request_and_the_next_up_converges(stack: AwsDeployment, engine: str) -> None:
    fail = stack.api.fail
    fail("kms:CreateKey", "lost")
    fail("cloudwatch:PutMetricAlarm", "throttled", DECLARED["alarms"] * ATTEMPTS)
    fail("iam:CreateRole", "server-error", DECLARED["roles"] * ATTEMPTS)
    fail("s3:CreateBucket", "denied")
    fail("secretsmanager:CreateSecret", "expired", DECLARED["secrets"])
    failed = stack.up(engine)
    told = set(re.findall(r"AWS (\w+:\w+) was answered (\w+) \(request [0-9a-f-]{36}\)", failed.text))
    assert (failed.code, told) == (
        1,
        {
            ("cloudwatch:put_metric_alarm", "ThrottlingException"),
            ("iam:create_role", "InternalFailure"),
            ("s3:create_bucket", "AccessDenied"),
            ("secretsmanager:create_secret", "ExpiredTokenException"),
        },
    )
    for operation in LOST:
        fail(operation, "lost")
    again = stack.up(engine)
    assert again.code == 0, again.text
    assert_as_declared(stack)
    assert stack.where_passwords_are() == []
