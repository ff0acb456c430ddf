"""Who may manage and who may use a KMS key.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html (what administrators and users
need) and …/conditions-kms.html (kms:ViaService, kms:CallerAccount).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from levee.catalog.partition import partition_of
from levee.targets.aws.iam.document import Condition, Document, Effect, Statement
from levee.targets.aws.iam.request import identity

_ADMINISTER: Final = (
    "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:Delete*", "kms:Describe*", "kms:Disable*", "kms:Enable*",
    "kms:Get*", "kms:List*", "kms:Put*", "kms:Revoke*", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion",
    "kms:TagResource", "kms:UntagResource", "kms:Update*",
)  # fmt: skip
_GRANT: Final = ("kms:CreateGrant", "kms:RetireGrant")
_USE: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def key_policy(
    account: str,
    region: str,
    administrators: Sequence[str],
    users: Sequence[str],
    services: Sequence[str] = ("secretsmanager", "s3"),
    *,
    grants: bool = False,
) -> Document:
    """The policy of a key of this account and region.

    `administrators` (ARNs of roles, or the account's root) manage it and can't decrypt; `users` encrypt and decrypt by
    the named services of this region only. With `grants` they may let a service of AWS use it further, as Amazon MSK
    needs for the secrets of its users (BatchAssociateScramSecret depends on kms:CreateGrant and kms:RetireGrant:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmanagedstreamingforapachekafka.html),
    and nobody else. What it doesn't allow is refused, so it has nothing to deny. Raises
    ValueError without an administrator, whom AWS demands so that the key can be managed at all, and for a region that
    no partition has.
    """
    partition = partition_of(region)
    if partition is None:
        raise ValueError(f"{region} is not a region of AWS")
    if not administrators:
        raise ValueError("a key needs an administrator")
    via = tuple(f"{service}.{region}.{partition.dns_suffix}" for service in services)
    conditions = (
        Condition("StringEquals", "kms:CallerAccount", (account,)),
        Condition("StringEquals", "kms:ViaService", via),
    )
    granting = (conditions[0], Condition("Bool", "kms:GrantIsForAWSResource", ("true",)))
    return Document(
        (
            _allow("Administer", administrators, _ADMINISTER),
            *([_allow("Use", users, _USE, conditions)] if users else []),
            *([_allow("Grant", users, _GRANT, granting)] if users and grants else []),
        )
    )


def _allow(sid: str, arns: Sequence[str], actions: Sequence[str], conditions: Sequence[Condition] = ()) -> Statement:
    return Statement(
        effect=Effect.ALLOW,
        sid=sid,
        principals=tuple(identity(arn) for arn in arns),
        actions=tuple(actions),
        resources=("*",),  # in a key's policy: this key
        conditions=tuple(conditions),
    )
