"""What CloudWatch Logs may do on the way to Kafka, judged by the evaluator."""

from __future__ import annotations

import pytest

from levee.targets.aws.iam.delivery_policy import delivery_policy
from levee.targets.aws.iam.evaluate import Policies, evaluate
from levee.targets.aws.iam.key_policy import key_policy
from levee.targets.aws.iam.request import Request, identity

STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/prod-orders"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = identity("arn:aws:iam::123456789012:role/levee/prod-orders-logs")


@pytest.mark.parametrize(
    ("action", "resource", "via", "allowed"),
    [
        ("kinesis:PutRecord", STREAM, None, True),
        ("kinesis:PutRecords", STREAM, None, True),
        ("kinesis:PutRecord", STREAM + "-2", None, False),
        ("kinesis:GetRecords", STREAM, None, False),
        ("kinesis:DeleteStream", STREAM, None, False),
        ("kms:GenerateDataKey", KEY, "kinesis.eu-west-1.amazonaws.com", True),
        ("kms:GenerateDataKey", KEY, "s3.eu-west-1.amazonaws.com", False),
        ("kms:GenerateDataKey", KEY, None, False),
        ("kms:Decrypt", KEY, "kinesis.eu-west-1.amazonaws.com", False),
    ],
)
def test_it_puts_records_on_one_stream_and_reads_none(
    action: str, resource: str, via: str | None, allowed: bool
) -> None:
    context = {"kms:CallerAccount": ("123456789012",)} | ({} if via is None else {"kms:ViaService": (via,)})
    request = Request(
        action=action, resource=resource, principal=ROLE, account="123456789012", region="eu-west-1", context=context
    )
    root = "arn:aws:iam::123456789012:root"
    key = key_policy("123456789012", "eu-west-1", [root], [root], ("kinesis", "s3")) if resource == KEY else None
    assert evaluate(request, Policies(identity=(delivery_policy(STREAM, KEY),), resource=key)).allowed is allowed


def test_a_key_elsewhere_is_refused() -> None:
    with pytest.raises(ValueError, match="no key of the account and region"):
        delivery_policy(STREAM, KEY.replace("eu-west-1", "us-east-1"))
