"""The AWS API that other tests trust: it counts, and fails on demand in the words of each service."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from tests.support.aws.api import AwsApi
from tests.support.aws.faults import Kind
from tests.support.aws.refusal import refusal

CALLS: dict[str, Callable[[AwsApi], Any]] = {
    "secretsmanager:ListSecrets": lambda aws: aws.client("secretsmanager").list_secrets(),
    "iam:ListRoles": lambda aws: aws.client("iam").list_roles(),
    "s3:ListBuckets": lambda aws: aws.client("s3").list_buckets(),
    "lambda:ListFunctions": lambda aws: aws.client("lambda").list_functions(),
}
"""A call of each way that services write: JSON, query, S3's XML, JSON by path."""


def secrets(aws: AwsApi) -> list[str]:
    return [secret["Name"] for secret in aws.client("secretsmanager").list_secrets()["SecretList"]]


def test_a_call_of_each_protocol_is_counted_by_name(aws: AwsApi) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="levee", CreateBucketConfiguration={"LocationConstraint": aws.region})
    s3.put_object(Bucket="levee", Key="folder/object", Body=b"x" * 100_000)
    s3.put_bucket_versioning(Bucket="levee", VersioningConfiguration={"Status": "Enabled"})
    s3.head_bucket(Bucket="levee")
    aws.client("cloudwatch").describe_alarms()
    aws.client("sts").get_caller_identity()
    for call in CALLS.values():
        call(aws)

    once = [
        *("s3:CreateBucket", "s3:PutObject", "s3:PutBucketVersioning", "s3:HeadBucket"),
        *("cloudwatch:DescribeAlarms", "sts:GetCallerIdentity", *CALLS),
    ]
    assert aws.calls() == Counter(once)
    aws.reset_calls()
    assert aws.calls() == Counter()


def test_it_is_one_account_and_region_with_private_credentials(aws: AwsApi) -> None:
    assert aws.client("sts").get_caller_identity()["Account"] == aws.account
    arn = aws.client("secretsmanager").create_secret(Name="a", SecretString="{}")["ARN"]
    assert arn.startswith(f"arn:aws:secretsmanager:{aws.region}:{aws.account}:secret:a-")
    assert stat.S_IMODE(aws.credentials_file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("throttled", ["ThrottlingException", "Throttling", "SlowDown", "TooManyRequestsException"]),
        ("server-error", ["InternalFailure", "InternalFailure", "InternalError", "InternalServerErrorException"]),
        (
            "unavailable",
            ["ServiceUnavailableException", "ServiceUnavailable", "ServiceUnavailable", "ServiceUnavailableException"],
        ),
        ("expired", ["ExpiredTokenException", "ExpiredToken", "ExpiredToken", "ExpiredTokenException"]),
        ("denied", ["AccessDeniedException", "AccessDenied", "AccessDenied", "AccessDeniedException"]),
    ],
)
def test_a_fault_is_answered_in_the_words_of_the_service(aws: AwsApi, kind: Kind, codes: list[str]) -> None:
    for name in CALLS:
        aws.fail(name, kind)

    assert [refusal(call, aws=aws)[1] for call in CALLS.values()] == codes
    for call in CALLS.values():
        assert call(aws)


def test_a_refused_call_has_the_status_that_retries_go_by(aws: AwsApi) -> None:
    for kind, status in (("throttled", 429), ("server-error", 500), ("unavailable", 503), ("denied", 403)):
        aws.fail("lambda:ListFunctions", kind)  # type: ignore[arg-type]
        assert refusal(aws.client("lambda").list_functions)[0] == status


def test_a_dropped_call_did_nothing_and_a_lost_one_did_all(aws: AwsApi) -> None:
    client = aws.client("secretsmanager")
    for kind, name in (("dropped", "never"), ("lost", "made")):
        aws.fail("secretsmanager:CreateSecret", kind)  # type: ignore[arg-type]
        with pytest.raises(ConnectionClosedError):
            client.create_secret(Name=name, SecretString="{}")

    assert secrets(aws) == ["made"]
    assert aws.calls()["secretsmanager:CreateSecret"] == 2


def test_faults_wait_for_their_call_and_end(aws: AwsApi) -> None:
    client = aws.client("secretsmanager")
    aws.fail("secretsmanager:Create*", "denied", times=2, after=1)
    client.create_secret(Name="first", SecretString="{}")
    for name in ("second", "third"):
        assert refusal(client.create_secret, Name=name)[1] == "AccessDeniedException"
    client.create_secret(Name="fourth", SecretString="{}")

    assert secrets(aws) == ["first", "fourth"]


def test_a_slow_call_is_done(aws: AwsApi) -> None:
    aws.fail("secretsmanager:CreateSecret", "slow", seconds=0.01)
    aws.client("secretsmanager").create_secret(Name="late", SecretString="{}")

    assert secrets(aws) == ["late"]


def test_a_misspelt_fault_is_refused(aws: AwsApi) -> None:
    with pytest.raises(AssertionError, match="no fault is called 'broken'"):
        aws.fail("kms:CreateKey", "broken")  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="no operation is named"):
        aws.fail("kms:MakeKey", "denied")


def test_reset_forgets_all(aws: AwsApi) -> None:
    aws.client("secretsmanager").create_secret(Name="a", SecretString="{}")
    aws.fail("*", "denied")
    aws.reset()

    assert secrets(aws) == []
    assert aws.calls() == Counter({"secretsmanager:ListSecrets": 1})
