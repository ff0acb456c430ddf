"""A compliant archive on S3, and what is done to one by hand."""

import json
from typing import Any

from levee_infra.providers.protocol.properties import Properties
from tests.support.aws.api import AwsApi

TOKEN = "levee:aws:ArchiveBucket"
NAME = "levee-archive-billing"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
OTHER_KEY = KEY.replace("1111", "9999", 1)
TAGS: Properties = {"levee:managed-by": "levee", "levee:stack": "prod", "levee:resource": "billing", "owner": "pay"}
POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{NAME}", f"arn:aws:s3:::{NAME}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}
DUE: Properties = {"on": "2020-01-01", "approvedBy": "dpo", "ticket": "R-1"}
PUTS = (
    *("s3:CreateBucket", "s3:PutBucketTagging", "s3:PutPublicAccessBlock", "s3:PutBucketOwnershipControls"),
    *("s3:PutBucketPolicy", "s3:PutBucketEncryption", "s3:PutBucketVersioning", "s3:PutObjectLockConfiguration"),
    *("s3:PutBucketLifecycleConfiguration", "s3:DeleteBucket"),
)


def declared(**changes: Any) -> Properties:
    """A compliant archive; tests change one thing. None takes a property out."""
    inputs: Properties = {
        "name": NAME,
        "keyArn": KEY,
        "policy": json.dumps(POLICY),
        "lockMode": "COMPLIANCE",
        "retentionDays": 365,
        "standardIaAfterDays": 30,
        "glacierAfterDays": 90,
        "expireAfterDays": 400,
        "tags": TAGS,
    }
    return {name: value for name, value in {**inputs, **changes}.items() if value is not None}


def by_hand(aws: AwsApi, name: str = NAME, *, lock: bool = True) -> None:
    """Make a bucket as somebody else would."""
    constraint = {"LocationConstraint": aws.region}
    aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=constraint, ObjectLockEnabledForBucket=lock)


def changes_made(aws: AwsApi) -> dict[str, int]:
    """How often each call that changes something was made."""
    return {name: count for name, count in aws.calls().items() if name in PUTS}


def put_object(s3: Any) -> None:
    """Write to the archive. Its policy goes first: moto denies whatever a statement denies, on any condition."""
    s3.delete_bucket_policy(Bucket=NAME)
    s3.put_object(Bucket=NAME, Key="log", Body=b"1")
