"""Which ARNs lie in the account and region that are declared."""

import pytest

from levee_infra.targets.aws.arn_scope import AWS_MANAGED, outside
from levee_infra.targets.aws.connection import AwsConnection

HERE = AwsConnection(account="123456789012", region="eu-central-1")


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:kms:eu-central-1:123456789012:key/1234abcd",
        "arn:aws:s3:::bucket/*",
        "arn:aws:s3:::bucket",
        "arn:aws:s3:eu-central-1:123456789012:accesspoint/one",
        "arn:aws:iam::123456789012:role/auditor",
    ],
)
def test_inside(arn: str) -> None:
    assert outside(arn, HERE) is None


@pytest.mark.parametrize(
    ("arn", "why"),
    [
        ("bucket", "is no ARN"),
        ("arn:aws:s3:eu-central-1:999999999999:accesspoint/one", "of account 999999999999"),
        ("arn:aws:iam::999999999999:role/auditor", "of account 999999999999"),
        ("arn:aws:iam:::role/auditor", "of no account"),
        ("arn:aws:kms:eu-central-1::key/1234abcd", "of no account"),
        ("arn:aws:kms:eu-central-1:*:key/1234abcd", "of account *"),
        ("arn:aws:s3:us-east-1:123456789012:accesspoint/one", "in region us-east-1"),
        ("arn:aws:iam:us-east-1:123456789012:role/auditor", "in region us-east-1"),
        ("arn:aws:kms::123456789012:key/1234abcd", "in no region"),
        ("arn:aws-cn:s3:::bucket", "in partition aws-cn"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", "of account aws"),
    ],
)
def test_outside(arn: str, why: str) -> None:
    reason = outside(arn, HERE)
    assert reason is not None
    assert why in reason


def test_accounts_beside_the_own_one() -> None:
    assert outside("arn:aws:iam::aws:policy/ReadOnlyAccess", HERE, (AWS_MANAGED,)) is None
    assert "or aws" in str(outside("arn:aws:iam::999999999999:policy/x", HERE, (AWS_MANAGED,)))
