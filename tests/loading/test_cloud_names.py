"""Names of the wrong thing: each is told at its place, with what to write, and never gets as far as a rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.fields.cloud_names import (
    CLOUD_KEY,
    CLOUD_ROLE,
    CLOUD_WRITER,
    bucket_problem,
    caller_problem,
    destination_name_problem,
)
from levee.targets.aws.block import HEARER
from tests.support.stack_files import StackFiles

A = "123456789012"
KEY = f"arn:aws:kms:eu-west-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ACCOUNT = "0123456789abcdef0123456789abcdef"
MALFORMED = [
    "arn:",
    "arn:aws",
    "arn:aws:kms:eu-west-1:1234:key/x",
    f"arn:aws:kms:eu-west-1:{A}:",
    f"arn::kms:eu-west-1:{A}:key/x",
    f"arn:aws::eu-west-1:{A}:key/x",
    f"arn:aws:kms:EU-WEST-1:{A}:key/x",
    f"arn:aws:kms:eu-west-1:{A}:key/a b",
    f" {KEY}",
    f"arn:aws-moon:kms:eu-west-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    f"arn:aws-cn:kms:eu-west-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    f"arn:aws:kms:eusc-de-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    KEY.upper(),
    "crn:v1:bluemix:public:kms:eu-de",
    "crn:v2:bluemix:public:kms:eu-de:a/0:i:key:k",
    "*",
    "",
]


@pytest.mark.parametrize(
    "problem", [CLOUD_KEY.problem, CLOUD_ROLE.problem, CLOUD_WRITER.problem, HEARER.problem, caller_problem]
)
@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_name_is_no_name_of_anything(problem: object, text: str) -> None:
    assert problem(text) is not None  # type: ignore[operator]


@pytest.mark.parametrize("problem", [destination_name_problem, bucket_problem])
@pytest.mark.parametrize("text", [text for text in MALFORMED if text[:4].lower() in {"arn:", "crn:"}])
def test_nothing_is_delivered_to_a_malformed_name(problem: object, text: str) -> None:
    assert problem(text) is not None  # type: ignore[operator]


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (CLOUD_KEY.problem, KEY),
        (CLOUD_KEY.problem, KEY.replace("key/1234abcd-12ab-34cd-56ef-1234567890ab", "key/mrk-" + "0a" * 16)),
        (CLOUD_KEY.problem, f"arn:aws:kms:eu-west-1:{A}:alias/payments"),
        (CLOUD_KEY.problem, f"arn:aws-eusc:kms:eusc-de-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        (CLOUD_KEY.problem, f"crn:v1:bluemix:public:kms:eu-de:a/{ACCOUNT}:i-1:key:k-1"),
        (CLOUD_KEY.problem, f"crn:v1:bluemix:public:hs-crypto:eu-de:a/{ACCOUNT}:i-1:key:k-1"),
        (CLOUD_ROLE.problem, f"arn:aws:iam::{A}:role/siem"),
        (CLOUD_ROLE.problem, f"arn:aws:iam::{A}:role/teams/security/siem"),
        (CLOUD_ROLE.problem, f"crn:v1:bluemix:public:iam-identity::a/{ACCOUNT}::serviceid:ServiceId-1"),
        (CLOUD_WRITER.problem, f"crn:v1:bluemix:public:logs:eu-de:a/{ACCOUNT}:guid::"),
        (HEARER.problem, f"arn:aws:sns:eu-west-1:{A}:on-call"),
        (HEARER.problem, f"arn:aws:sns:eu-west-1:{A}:on-call.fifo"),
        (HEARER.problem, f"arn:aws:lambda:eu-west-1:{A}:function:page:live"),
        (HEARER.problem, f"arn:aws:ssm:eu-west-1:{A}:opsitem:1"),
        (caller_problem, f"arn:aws:logs:eu-west-1:{A}:log-group:/ecs/payments:*"),
        (caller_problem, f"arn:aws:logs:*:{A}:*"),
        (destination_name_problem, "arn:aws:s3:::lake"),
        (destination_name_problem, "https://siem.example.com/arn:"),
        (bucket_problem, "payments-archive"),
        (bucket_problem, f"arn:aws:s3:eu-west-1:{A}:accesspoint/lake"),
    ],
)
def test_what_a_field_takes(problem: object, text: str) -> None:
    assert problem(text) is None  # type: ignore[operator]


@pytest.mark.parametrize(
    ("problem", "text", "words"),
    [
        (CLOUD_KEY.problem, f"arn:aws:sns:eu-west-1:{A}:keys", "resource of sns"),
        (CLOUD_KEY.problem, f"arn:aws:kms:eu-west-1:{A}:alias/aws/s3", "AWS manages"),
        (CLOUD_KEY.problem, f"arn:aws:kms:eu-west-1:{A}:key/x", "key of kms"),
        (CLOUD_KEY.problem, f"arn:aws:kms:eu-west-1:{A}:key/*", "wildcard"),
        (CLOUD_KEY.problem, f"arn:aws:kms::{A}:alias/x", "no region"),
        (CLOUD_KEY.problem, "arn:aws:kms:eu-west-1::alias/x", "no account"),
        (CLOUD_KEY.problem, f"crn:v1:bluemix:public:messagehub:eu-de:a/{ACCOUNT}:i:topic:t", "topic of messagehub"),
        (CLOUD_ROLE.problem, f"arn:aws:iam::{A}:root", "root of iam"),
        (CLOUD_ROLE.problem, f"arn:aws:iam::{A}:user/ann", "user of iam"),
        (CLOUD_ROLE.problem, f"arn:aws:iam::{A}:role/", "role of iam"),
        (CLOUD_ROLE.problem, f"arn:aws:iam::{A}:role/*", "wildcard"),
        (CLOUD_ROLE.problem, f"arn:aws:iam::{A}:instance-profile/x", "instance-profile of iam"),
        (CLOUD_ROLE.problem, f"arn:aws:iam:eu-west-1:{A}:role/x", "region"),
        (CLOUD_ROLE.problem, f"arn:aws:sts::{A}:assumed-role/x/session", "assumed-role of sts"),
        (CLOUD_ROLE.problem, f"crn:v1:bluemix:public:logs:eu-de:a/{ACCOUNT}:guid::", "a role"),
        (CLOUD_WRITER.problem, f"arn:aws:iam::{A}:root", "service's instance"),
        (HEARER.problem, f"arn:aws:sqs:eu-west-1:{A}:queue", "alarm"),
        (HEARER.problem, f"arn:aws:iam::{A}:role/x", "alarm"),
        (caller_problem, f"arn:aws:iam::{A}:root", "identity"),
        (destination_name_problem, "arn:aws:s3:::*", "wildcard"),
        (destination_name_problem, f"arn:aws:iam::{A}:role/x", "role of iam"),
        (destination_name_problem, KEY, "key of kms"),
        (bucket_problem, f"arn:aws:sqs:eu-west-1:{A}:q", "bucket"),
    ],
)
def test_what_a_field_refuses(problem: object, text: str, words: str) -> None:
    found = problem(text)  # type: ignore[operator]
    assert words in found
    assert ";" in found  # what to write instead


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: application", f"kind: application\n    identity: arn:aws:iam::{A}:root", "bad-value orders.yaml:12:15"),
        (
            "kind: application",
            f"kind: application\n    identity: arn:aws-cn:iam::{A}:role/x",
            "wrong-partition orders.yaml:12:15",
        ),
        (
            "class: audit",
            f"class: audit\narchive: {{bucket: b, retention: 90d, locked: true, encrypted_by: arn:aws:sns:x:{A}:t}}",
            "bad-value orders.yaml:5:66",
        ),
    ],
)
def test_a_stream_that_names_the_wrong_thing(tmp_path: Path, old: str, new: str, expected: str) -> None:
    files = StackFiles(tmp_path)
    assert files.edit(files.orders, old, new).found() == [expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("encryption: {encrypted_by: 'arn:aws:kms:eu-west-1:1234:key/x'}", "bad-value"),
        (
            f"encryption: {{encrypted_by: '{KEY.replace('aws:kms:eu-west-1', 'aws-cn:kms:cn-north-1')}'}}",
            "wrong-partition",
        ),
        ("policy: {organization: '*'}", "bad-value"),
        ("policy: {organization: o-a}", "bad-value"),
        ("policy: {accounts: [local]}", "bad-value"),
        ("policy: {accounts: ['1234']}", "bad-value"),
        ("logs: [{name: l, destination: 'arn:'}]", "bad-value"),
    ],
)
def test_a_stack_that_names_the_wrong_thing(tmp_path: Path, line: str, expected: str) -> None:
    files = StackFiles(tmp_path)
    found = files.edit(files.stack, "  brokers: 3", f"  brokers: 3\n  {line}").found()
    assert [each.split()[0] for each in found] == [expected]
