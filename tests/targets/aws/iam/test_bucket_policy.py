"""What an archive's bucket refuses, even of an administrator."""

from typing import Any

import pytest

from levee.targets.aws.iam.bucket_policy import bucket_policy
from levee.targets.aws.iam.document import EVERYONE
from levee.targets.aws.iam.evaluate import FULL_ACCESS, Decision, Outcome, Policies, evaluate
from levee.targets.aws.iam.parsing import parse_document
from levee.targets.aws.iam.request import service
from tests.support.aws_request import ACCOUNT, KEY, OTHER_ACCOUNT, OUTSIDER, request

POLICY = bucket_policy("archive", ACCOUNT, KEY)
BUCKET = "arn:aws:s3:::archive"
OBJECT = f"{BUCKET}/orders/1"
ENCRYPTED: dict[str, Any] = {
    "s3__x_amz_server_side_encryption": ("aws:kms",),
    "s3__x_amz_server_side_encryption_aws_kms_key_id": (KEY,),
}


def asked(action: str, resource: str = OBJECT, **fields: Any) -> Decision:
    identity = Policies(identity=(FULL_ACCESS,), resource=POLICY)
    return evaluate(request(f"s3:{action}", resource, **fields), identity)


def test_what_goes_through() -> None:
    assert asked("GetObject").allowed
    assert asked("ListBucket", BUCKET).allowed
    assert asked("PutObject", **ENCRYPTED).allowed
    assert parse_document(POLICY.compact()) == POLICY


@pytest.mark.parametrize(
    ("action", "fields", "sid"),
    [
        ("GetObject", {"aws__SecureTransport": ("false",)}, "DenyPlainHttp"),
        ("GetObject", {"by": OUTSIDER}, "DenyOtherPrincipals"),
        ("GetObject", {"by": EVERYONE}, "DenyOtherPrincipals"),
        ("PutObject", {}, "DenyOtherEncryption"),
        ("PutObject", ENCRYPTED | {"s3__x_amz_server_side_encryption": ("AES256",)}, "DenyOtherEncryption"),
        (
            "PutObject",
            ENCRYPTED | {"s3__x_amz_server_side_encryption_aws_kms_key_id": (KEY.replace("1234abcd", "0"),)},
            "DenyOtherKeys",
        ),
        ("PutObject", {"s3__x_amz_server_side_encryption": ("aws:kms",)}, "DenyOtherKeys"),
        ("BypassGovernanceRetention", {}, "DenyLiftingLocks"),
        (
            "GetObject",
            {"by": service("x.amazonaws.com"), "aws__SourceAccount": (OTHER_ACCOUNT,)},
            "DenyErrandsOfOthers",
        ),
    ],
)
def test_what_is_refused(action: str, fields: dict[str, Any], sid: str) -> None:
    assert asked(action, **fields) == Decision(Outcome.DENIED_EXPLICITLY, sid)


def test_plain_http_is_refused_of_the_bucket_itself() -> None:
    assert asked("ListBucket", BUCKET, aws__SecureTransport=("false",)).outcome is Outcome.DENIED_EXPLICITLY


def test_it_allows_nobody_anything() -> None:
    found = evaluate(request("s3:GetObject", OBJECT), Policies(resource=POLICY))
    assert found.outcome is Outcome.DENIED_IMPLICITLY


@pytest.mark.parametrize(
    "key", [KEY.replace(ACCOUNT, OTHER_ACCOUNT), KEY.replace("key/", "alias/"), "arn:aws:s3:::archive", "alias/aws/s3"]
)
def test_a_key_from_elsewhere_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"is not the ARN of a key of account|is neither an ARN"):
        bucket_policy("archive", ACCOUNT, key)
