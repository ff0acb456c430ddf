"""What CloudWatch Logs may do when it sends events to a Kinesis data stream.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#DestinationKinesisExample, and
https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html for the key that encrypts the stream.
"""

from __future__ import annotations

from levee.catalog.partition import partition_of
from levee.model.cloud_name import CloudName
from levee.targets.aws.iam.document import Condition, Document, Effect, Statement


def delivery_policy(stream_arn: str, key_arn: str) -> Document:
    """Let events be put on this stream, encrypted with this key and no other.

    Raises ValueError where the key isn't of the stream's account and region.
    """
    stream, key = CloudName.parse(stream_arn), CloudName.parse(key_arn)
    if (key.service, key.account, key.region) != ("kms", stream.account, stream.region):
        raise ValueError(f"{key_arn} is no key of the account and region of {stream_arn}")
    partition = partition_of(stream.region)
    via = f"kinesis.{stream.region}.{partition.dns_suffix if partition else 'amazonaws.com'}"
    return Document(
        (
            Statement(
                effect=Effect.ALLOW,
                sid="Deliver",
                actions=("kinesis:PutRecord", "kinesis:PutRecords"),
                resources=(stream_arn,),
            ),
            Statement(
                effect=Effect.ALLOW,
                sid="Encrypt",
                actions=("kms:GenerateDataKey",),
                resources=(key_arn,),
                conditions=(Condition("StringEquals", "kms:ViaService", (via,)),),
            ),
        )
    )
