"""What an archive's bucket refuses, regardless of the caller.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html and
…/list_amazons3.html for the keys of its conditions.
"""

from __future__ import annotations

from levee.model.cloud_name import CloudName
from levee.targets.aws.iam.document import Condition, Document
from levee.targets.aws.iam.perimeter import Insiders, deny, deny_outsiders, deny_plain_http


def bucket_policy(bucket: str, account: str, key_arn: str) -> Document:
    """The policy of a bucket of this account. It allows nothing: a role's own policy does.

    Refused are plain HTTP, principals of other accounts, services on their errands, objects that are written without
    the key named or with another, and lifting a lock early. Raises ValueError where the key isn't of the account, or
    is named by an alias, which S3 doesn't compare.
    """
    name = CloudName.parse(key_arn)
    if (name.service, name.account) != ("kms", account) or ":key/" not in key_arn:
        raise ValueError(f"{key_arn} is not the ARN of a key of account {account}")
    arn = f"arn:{key_arn.split(':')[1]}:s3:::{bucket}"
    objects = [f"{arn}/*"]
    everything = [arn, *objects]
    algorithm = Condition("StringNotEquals", "s3:x-amz-server-side-encryption", ("aws:kms",))
    key = Condition("StringNotEquals", "s3:x-amz-server-side-encryption-aws-kms-key-id", (key_arn,))
    return Document(
        (
            deny_plain_http(["s3:*"], everything),
            *deny_outsiders(Insiders((account,)), ["s3:*"], everything),
            deny("DenyOtherEncryption", ["s3:PutObject"], objects, algorithm),
            deny("DenyOtherKeys", ["s3:PutObject"], objects, key),
            deny("DenyLiftingLocks", ["s3:BypassGovernanceRetention"], objects),
        )
    )
