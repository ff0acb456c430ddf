"""What AWS would refuse by its form is an error of the file, at its place: nothing is asked of anybody."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.fields.values import endpoint_problem
from levee.targets.aws.form import bucket_problem, tag_value_problem
from tests.support.stack_files import StackFiles, ids

ACCOUNT = "123456789012"
CLUSTER = f"arn:aws:kafka:eu-west-1:{ACCOUNT}:cluster/logs/1234abcd-1"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:on-call"
AWS = f'  cluster_arn: "{CLUSTER}"\n  alarm_actions: ["{TOPIC}"]\n  endpoint: https://127.0.0.1:4566\n'
ARCHIVE = "archive: {bucket: orders-archive, retention: 400d, locked: true, encrypted_by: stack-key}\n"
LOGS = "  - {service: cloud, kind: cloudwatch-logs, log_group: /ecs/orders, trust: {}}\n"
MONITOR = "monitors: [{kind: silence, window: 3h}]\n"


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    """A compliant stack on aws that has one of everything."""
    files = StackFiles(tmp_path)
    files.edit(files.stack, "target: kafka\naccount: local", f'target: aws\naccount: "{ACCOUNT}"\naws:\n{AWS}'.rstrip())
    files.edit(files.stack, "secrets:\n", "  policy: {organization: o-a1b2c3d4e5}\nsecrets:\n")
    files.edit(
        files.stack,
        "store: file\n  directory: secrets/services",
        "store: aws-secrets-manager\n  prefix: AmazonMSK_levee/test/\n  encrypted_by: stack-key",
    )
    files.edit(files.orders, "consumers:\n", LOGS + "consumers:\n")
    return files.add(files.orders, ARCHIVE + MONITOR)


def test_it_is_compliant(files: StackFiles) -> None:
    files.load()


def told(files: StackFiles, file: Path, old: str, new: str) -> list[str]:
    """The ids of what is told of a change; each stands on a line that the change wrote, and says what to write."""
    before = file.read_text().splitlines()
    files.edit(file, old, new)
    written = [number for number, line in enumerate(file.read_text().splitlines(), 1) if line not in before]
    found = files.diagnostics()
    for each in found:
        assert each.location is not None
        assert each.location.line in written
        assert file.name in each.location.file
        assert each.help
    return ids(found)


KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("owner: platform-team", "owner: platform & co", "tag"),
        ("owner: platform-team", f"owner: {'x' * 201}", "bad-value"),
        ("owner: security-team", "owner: security, legal", "tag"),
        ("region: eu-west-1", "region: mars-1", "region"),
        (f'["{TOPIC}"]', f'["{TOPIC}"{"".join(f", {TOPIC}-{n}" for n in range(5))}]', "alarm-actions"),
        (":sns:", ":sqs:", "bad-value"),
        (TOPIC, TOPIC.replace(ACCOUNT, "210987654321"), "wrong-account"),
        (TOPIC, TOPIC.replace("eu-west-1", ""), "bad-value"),
        (TOPIC, TOPIC.replace("aws", "aws-cn"), "bad-value"),
        (CLUSTER, CLUSTER.replace(ACCOUNT, "210987654321"), "wrong-account"),
        ("encrypted_by: stack-key", f"encrypted_by: {KEY.replace('key/', 'alias/')}", "key-alias"),
        ("encrypted_by: stack-key", f"encrypted_by: {KEY.replace('kms', 's3')}", "bad-value"),
        (
            "encrypted_by: stack-key",
            f"encrypted_by: {KEY.replace(ACCOUNT, '210987654321')}",
            "wrong-account",
        ),
        ("encrypted_by: stack-key", "encrypted_by: crn:v1:bluemix:public:kms:eu-de:a/1:2:key:3", "wrong-arn"),
        ("store: aws-secrets-manager", "store: ibm-secrets-manager", "secret-store"),
        ("organization: o-a1b2c3d4e5", "organization: acme", "bad-value"),
        ("organization: o-a1b2c3d4e5", 'accounts: ["local"]', "bad-value"),
        (
            "organization: o-a1b2c3d4e5",
            f'organization: o-a1b2c3d4e5, accounts: ["{ACCOUNT}"]',
            "cluster-policy",
        ),
        ("{organization: o-a1b2c3d4e5}", "{}", "cluster-policy"),
        ("https://127.0.0.1:4566", "http://aws.example.com:4566", "bad-value"),
        ("https://127.0.0.1:4566", "http://127.0.0.1:70000", "bad-value"),
    ],
)
def test_in_the_stack_file(files: StackFiles, old: str, new: str, expected: str) -> None:
    assert told(files, files.stack, old, new) == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("owner: orders-team", "owner: orders (team)", "tag"),
        ("bucket: orders-archive", "bucket: Orders_Archive", "bucket-name"),
        ("bucket: orders-archive", "bucket: 10.0.0.1", "bucket-name"),
        ("retention: 400d, locked", "retention: 40000d, locked", "archive"),
        ("locked: true", 'locked: true, account: "210987654321"', "wrong-account"),
        (
            "trust: {}",
            "trust: {source_arn: 'arn:aws:logs:eu-west-1:210987654321:*'}",
            "wrong-account",
        ),
        ("trust: {}", "trust: {source_arn: 'arn:aws:logs:*:123456789012:*'}", "wrong-account"),
        ("trust: {}", "trust: {source_account: '210987654321'}", "wrong-account"),
        (
            "groups: [detection-engine]",
            f"groups: [{'g' * 240}]\nmonitors: [{{kind: lag, window: 5m, threshold: 1}}]",
            "alarm-name",
        ),
    ],
)
def test_in_a_stream_file(files: StackFiles, old: str, new: str, expected: str) -> None:
    if "monitors" in new:
        files.edit(files.orders, MONITOR, "")
    found = files.edit(files.orders, old, new).found()
    assert expected in found or [each.split()[0] for each in found] == [expected.split(maxsplit=1)[0]]


def test_of_many_brokers_only_what_a_query_tells(files: StackFiles) -> None:
    files.edit(files.stack, "brokers: 3", "brokers: 12")
    files.edit(files.orders, "window: 3h", "window: 181m")
    assert ids(files.diagnostics()) == ["monitor-window"]
    files.edit(files.orders, "{kind: silence, window: 181m}", "{kind: drop, window: 5m, threshold: 1}")
    assert ids(files.diagnostics()) == ["monitor-brokers"]


def test_two_alarms_of_one_name(files: StackFiles) -> None:
    files.edit(files.orders, MONITOR, "")
    lag = "[{kind: lag, window: 5m, threshold: 1}]"
    files.stream("a", consumers="[{service: one, groups: [lag-x]}]", monitors=lag)
    files.stream("a-lag", consumers="[{service: two, groups: [x]}]", monitors=lag)
    assert ids(files.diagnostics()) == ["alarm-name"]


def test_more_users_than_msk_takes(files: StackFiles) -> None:
    services = "".join(f"      - {{service: s{n}, kind: application}}\n" for n in range(1_000))
    files.stream("many", sources=f"\n{services}")
    assert ids(files.diagnostics()) == ["msk-users"]


@pytest.mark.parametrize(
    ("target", "store", "fits"),
    [
        ("kafka", "aws-secrets-manager", False),
        ("kafka", "ibm-secrets-manager", False),
        ("ibm", "aws-secrets-manager", False),
        ("ibm", "ibm-secrets-manager", True),
        ("ibm", "file", True),
    ],
)
def test_a_store_is_one_of_the_targets(tmp_path: Path, target: str, store: str, fits: bool) -> None:
    files = StackFiles(tmp_path).on_ibm() if target == "ibm" else StackFiles(tmp_path)
    files.edit(files.stack, "store: file", f"store: {store}")
    if fits:
        assert files.load().secrets.kind == store
    else:
        assert [each.split()[0] for each in files.found()] == ["secret-store"]


def test_elsewhere_an_owner_may_be_written_as_one_likes(tmp_path: Path) -> None:
    files = StackFiles(tmp_path)
    files.edit(files.stack, "owner: platform-team", "owner: Platform & Co, (EU)")
    assert files.load().owner == "Platform & Co, (EU)"


# The forms


@pytest.mark.parametrize("name", ["abc", "a" * 63, "1-2", "levee-aws-local-orders-audit", "an", "span", "a-ann"])
def test_buckets(name: str) -> None:
    assert (bucket_problem(name) is None) == (len(name) >= 3)


@pytest.mark.parametrize(
    "name",
    [
        "", "ab", "a" * 64, "Abc", "a_b", "a..b", "a.b", "-ab", "ab-", "192.168.5.4", "xn--a", "sthree-a",
        "sthree-configurator", "amzn-s3-demo-a", "a-s3alias", "a--ol-s3", "a.mrap", "a--x-s3", "a--table-s3",
        "logs-123456789012-eu-west-1-an", "äbc", "abc\n", "a b",
    ],
)  # fmt: skip
def test_no_buckets(name: str) -> None:
    assert bucket_problem(name) is not None


@pytest.mark.parametrize("value", ["", "Ünïcode team 東京 42", "a_b.c:d/e=f+g-h@i", "x" * 256])
def test_tag_values(value: str) -> None:
    assert tag_value_problem(value) is None


@pytest.mark.parametrize("value", ["a&b", "a,b", "(a)", "a'b", 'a"b', "a#b", "x" * 257, "a\tb", "🙂", "a%b", "a*"])
def test_no_tag_values(value: str) -> None:
    assert tag_value_problem(value) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://aws.example.com", "https://aws.example.com:443", "http://127.0.0.1:4566", "http://localhost:1",
        "http://[::1]:4566", "http://127.8.8.8:65535",
    ],
)  # fmt: skip
def test_endpoints(url: str) -> None:
    assert endpoint_problem(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "", "127.0.0.1:4566", "ftp://127.0.0.1", "http://aws.example.com", "http://127.0.0.1.example.com",
        "https://", "https://:443", "https://host:0", "https://host:65536", "https://host:x", "https://host/",
        "https://host/path", "https://host?x", "https://host#x", "https://u:p@host", "https://u@host",
        "http://0.0.0.0:1", "https://[::1", "http://localhost.:1",
    ],
)  # fmt: skip
def test_no_endpoints(url: str) -> None:
    found = endpoint_problem(url)
    assert found is not None
    assert "u:p" not in found


@given(st.text(string.printable + "äß東🙂\u00a0", max_size=70))
def test_forms_never_raise(text: str) -> None:
    for problem in (bucket_problem, tag_value_problem, endpoint_problem):
        assert problem(text) is None or re.match("is|must|begins|ends|holds", str(problem(text)))
