"""What a stack on AWS must say, and what no other stack may: each test breaks one thing, and exactly that is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from levee.plan.build import build_plan
from tests.support.stack_files import StackFiles

CLUSTER = "arn:aws:kafka:eu-west-1:123456789012:cluster/logs/1234abcd-1"
ARCHIVE = "archive: {bucket: orders-archive, retention: 400d, locked: true, encrypted_by: stack-key}\n"


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    """A compliant stack on aws."""
    files = StackFiles(tmp_path)
    files.edit(
        files.stack,
        "target: kafka\naccount: local",
        f'target: aws\naccount: "123456789012"\naws: {{cluster_arn: "{CLUSTER}"}}',
    )
    files.edit(
        files.stack,
        "store: file\n  directory: secrets/services",
        "store: aws-secrets-manager\n  prefix: AmazonMSK_levee/test/\n  encrypted_by: stack-key",
    )
    return files.add(files.orders, ARCHIVE)


def test_it_is_compliant_and_names_the_stacks_own_key(files: StackFiles) -> None:
    plan = build_plan(files.load(), date(2026, 11, 21))
    key = "arn:aws:kms:eu-west-1:123456789012:alias/levee/test"
    assert (plan.secrets.key, plan.archives[0].archive.key) == (key, key)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  prefix: AmazonMSK_levee/test/\n", "", ["secret-store stack.yaml:18:1"]),
        ("\n  encrypted_by: stack-key", "", ["secret-store stack.yaml:18:1"]),
        ("AmazonMSK_levee/test/", "AmazonMSK_levee", ["secret-store stack.yaml:20:11"]),
        ("AmazonMSK_levee/test/", "levee/test/", ["secret-store stack.yaml:20:11"]),
        (":cluster/logs/1234abcd-1", ":cluster/logs", ["cluster-arn stack.yaml:3:20"]),
        ("arn:aws:kafka", "arn:aws-cn:kafka", ["cluster-arn stack.yaml:3:20"]),
        ("aws:kafka:eu-west-1", "aws:kafka:eu-central-1", ["wrong-region stack.yaml:3:20"]),
        (
            "encrypted_by: stack-key",
            "encrypted_by: arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            ["wrong-region stack.yaml:21:17"],
        ),
        ("store: aws-secrets-manager", "store: file", ["secret-store stack.yaml:18:1"]),
        (
            "encrypted_by: stack-key",
            "encrypted_by: arn:aws:kms:eu-west-1:123456789012:alias/secrets",
            ["key-alias stack.yaml:21:17"],
        ),
    ],
)
def test_its_stack_file(files: StackFiles, old: str, new: str, expected: list[str]) -> None:
    assert files.edit(files.stack, old, new).found() == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("locked: true", "locked: true, region: eu-central-1", ["wrong-region orders.yaml:16:74"]),
        ("locked: true", "locked: false", ["archive orders.yaml:16:60"]),
        (", encrypted_by: stack-key", "", ["archive orders.yaml:16:1"]),
        ("consumers:", "monitors: [{kind: silence, window: 8d}]\nconsumers:", ["monitor-window orders.yaml:13:36"]),
        (
            "groups: [detection-engine]",
            "groups: [detect.*]\nmonitors: [{kind: lag, window: 5m, threshold: 1}]",
            ["monitor-groups orders.yaml:16:12"],
        ),
        ("consumers:", "monitors: [{kind: silence, window: 59s}]\nconsumers:", ["monitor-window orders.yaml:13:36"]),
        ("kind: application", "kind: application\n    log_group: /ecs/orders", ["log-group orders.yaml:12:16"]),
        (
            "service: orders-api\n    kind: application",
            f"service: {'x' * 48}\n    kind: cloudwatch-logs\n    log_group: /ecs/orders",
            ["role-name orders.yaml:12:16"],
        ),
        (
            "topic: eu.orders.audit.v1",
            "topic: levee.checkpoints.orders",
            ["grant-of-nothing stack.yaml:33:17", "reserved-topic orders.yaml:1:8"],
        ),
    ],
)
def test_its_streams(files: StackFiles, old: str, new: str, expected: list[str]) -> None:
    assert files.edit(files.orders, old, new).found() == expected


def test_two_streams_share_no_archive(files: StackFiles) -> None:
    other = files.stream("debug")
    file = files.folder / "streams" / "debug.yaml"
    file.write_text(file.read_text() + ARCHIVE)
    assert other is not None
    assert [found.split()[0] for found in files.found()] == ["shared-archive"]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("stack", "  orders-operator:", "  orders-operator:\n    assumed_by: ecs-tasks.amazonaws.com", "only-on-aws"),
        ("stack", "store: file", "store: file\n  encrypted_by: stack-key", "only-on-aws"),
        ("stack", "services:", "aws: {endpoint: 'http://127.0.0.1:1'}\nservices:", "only-on-aws"),
        ("orders", "consumers:", f"{ARCHIVE}consumers:", "only-on-aws"),
    ],
)
def test_what_no_other_stack_may_say(tmp_path: Path, file: str, old: str, new: str, expected: str) -> None:
    files = StackFiles(tmp_path)
    found = files.edit(getattr(files, file), old, new).found()
    assert [each.split()[0] for each in found] == [expected]


@pytest.mark.parametrize("pattern", ["test.orders.logs", "test.*", "test.orders.*"])
def test_a_carriers_transactional_id_is_its_services_alone(files: StackFiles, pattern: str) -> None:
    files.edit(files.orders, "consumers:", "  - {service: logs, kind: cloudwatch-logs, log_group: /a}\nconsumers:")
    files.load()
    files.edit(files.orders, "[orders-api-*]", f"[{pattern}]")
    assert [each.partition(" ")[0] for each in files.found()] == ["shared-transactional-id"]


GROUPS = ", ".join(f"group-of-a-name-that-is-rather-long-{number:03}" for number in range(100))
ACCOUNTS = ", ".join(f'"{210987654321 + number}"' for number in range(700))
ASSUMED = "  detection-engine: {assumed_by: ecs-tasks.amazonaws.com}\n"


def over_role(files: StackFiles) -> None:
    files.edit(files.stack, "services:\n", "services:\n" + ASSUMED)
    files.edit(files.orders, "groups: [detection-engine]", f"groups: [{GROUPS}]")


def over_trust(files: StackFiles) -> None:
    caller = f"arn:aws:logs:eu-west-1:123456789012:log-group:/{'x' * 1900}:*"
    source = (
        f"  - {{service: cloud, kind: cloudwatch-logs, log_group: /ecs/orders, trust: {{source_arn: '{caller}'}}}}\n"
    )
    files.edit(files.orders, "consumers:\n", source + "consumers:\n")


def over_cluster(files: StackFiles) -> None:
    files.edit(files.stack, "secrets:\n", f"  policy: {{accounts: [{ACCOUNTS}]}}\nsecrets:\n")


@pytest.mark.parametrize(
    ("break_", "place", "what", "advice"),
    [
        (over_role, "stack.yaml:23:3", r"the policy of Role detection-engine .* \(10,240\)", "grant by prefix"),
        (over_trust, "orders.yaml:13:5", r"the trust of Role orders.cloud.delivery .* \(2,048\)", "`source_arn`"),
        (
            over_cluster,
            "stack.yaml:18:3",
            r"the policy of ClusterPolicy cluster-policy .* \(20,480\)",
            "`organization`",
        ),
    ],
)
def test_a_policy_that_aws_would_refuse_for_its_length(
    files: StackFiles, break_: Callable[[StackFiles], None], place: str, what: str, advice: str
) -> None:
    break_(files)
    (found,) = files.diagnostics()
    assert files.found() == [f"too-long {place}"]
    assert re.fullmatch(
        what.replace(" .* ", r" has [\d,]+ characters, [\d,]+ more than the platform takes "), found.message
    )
    assert advice in found.help


def test_a_group_by_prefix_keeps_a_policy_short(files: StackFiles) -> None:
    over_role(files)
    files.edit(files.orders, f"groups: [{GROUPS}]", "groups: [group-of-a-name-*]")
    assert files.load().streams
