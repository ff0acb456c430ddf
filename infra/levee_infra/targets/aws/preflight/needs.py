"""What the caller must be able to do so that a plan can be carried out: IAM's actions, by what they are done to.

Actions: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
Deleting a key or an archive isn't needed: an account that forbids it to everybody is a good account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from levee.catalog.partition import partition_name
from levee.plan.build import has_stack_key, stack_key_arn
from levee.plan.planned import Plan
from levee.targets.aws.names import alarm_name, data_stream_arn, delivery_role_arn, role_arn, secret_name

EVERYTHING: Final = "*"

DANGEROUS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cloudtrail:StopLogging": "end the record of what is done here",
        "iam:AttachRolePolicy": "give itself every right",
        "iam:CreateAccessKey": "act as any user from anywhere",
        "iam:CreateUser": "make identities of its own",
        "kms:DisableKey": "switch off every key",
        "kms:ReplicateKey": "copy keys into other regions",
        "organizations:LeaveOrganization": "take the account out of its guardrails",
        "s3:BypassGovernanceRetention": "lift locks of archives",
        "s3:DeleteObjectVersion": "delete what is archived",
        "secretsmanager:DeleteResourcePolicy": "open every secret",
    }
)
"""What no deployment needs on all of an account, and what whoever holds it could do."""

_ON_ROLE: Final = (
    "CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy GetRole PutRolePolicy TagRole UntagRole "
    "UpdateAssumeRolePolicy UpdateRole"
)
_LISTING_ROLES: Final = "GetAccountAuthorizationDetails ListRoles"
_BUCKET_SETTINGS: Final = (
    "BucketObjectLockConfiguration",
    "BucketOwnershipControls",
    "BucketPolicy",
    "BucketPublicAccessBlock",
    "BucketTagging",
    "BucketVersioning",
    "EncryptionConfiguration",
    "LifecycleConfiguration",
)


@dataclass(frozen=True, slots=True)
class Need:
    """`actions` on `resource`, an ARN or EVERYTHING. One example stands for all of its kind."""

    resource: str
    actions: tuple[str, ...]


def needs(plan: Plan) -> Iterator[Need]:
    """What the plan's own resources need."""
    yield from _secrets(plan)
    yield from _key(plan)
    yield from _roles(plan)
    yield from _archives(plan)
    yield from _alarms(plan)
    yield from _log_sources(plan)
    yield from _cluster(plan)


def _need(resource: str, service: str, actions: str) -> Need:
    return Need(resource, tuple(f"{service}:{action}" for action in actions.split()))


def _arn(plan: Plan, service: str, resource: str) -> str:
    boundary = plan.boundary
    return f"arn:{partition_name(boundary.region)}:{service}:{boundary.region}:{boundary.account}:{resource}"


def _secrets(plan: Plan) -> Iterator[Need]:
    usernames = [username for credential in plan.credentials for username in credential.usernames]
    if plan.secrets.in_aws and usernames:
        one = _arn(plan, "secretsmanager", f"secret:{secret_name(plan, usernames[0])}-000000")
        actions = (
            "CreateSecret DeleteSecret DescribeSecret GetSecretValue PutSecretValue RemoveRegionsFromReplication "
            "RestoreSecret TagResource UntagResource UpdateSecret"
        )
        yield _need(one, "secretsmanager", actions)
        yield _need(EVERYTHING, "secretsmanager", "BatchGetSecretValue ListSecrets")


def _key(plan: Plan) -> Iterator[Need]:
    own = stack_key_arn(plan.stack, plan.boundary.account, plan.boundary.region)
    if has_stack_key(plan):
        one = _some_key(plan, own)
        actions = (
            "CancelKeyDeletion CreateAlias Decrypt DescribeKey EnableKey EnableKeyRotation GenerateDataKey "
            "GetKeyPolicy GetKeyRotationStatus ListResourceTags PutKeyPolicy TagResource UntagResource UpdateAlias "
            "UpdateKeyDescription"
        )
        yield _need(one, "kms", actions)
        yield _need(own, "kms", "CreateAlias UpdateAlias")
        yield _need(EVERYTHING, "kms", "CreateKey ListAliases")
        yield _need(EVERYTHING, "tag", "GetResources")


def _roles(plan: Plan) -> Iterator[Need]:
    roles = [role_arn(plan, credential) for credential in plan.credentials if credential.assumed_by]
    if roles:
        yield _need(roles[0], "iam", _ON_ROLE)
        yield _need(EVERYTHING, "iam", _LISTING_ROLES)


def _archives(plan: Plan) -> Iterator[Need]:
    if plan.archives:
        one = f"arn:{partition_name(plan.boundary.region)}:s3:::{plan.archives[0].archive.bucket}"
        both = " ".join(f"{verb}{setting}" for setting in _BUCKET_SETTINGS for verb in ("Get", "Put"))
        yield _need(
            one,
            "s3",
            "CreateBucket GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions "
            f"TagResource {both}",
        )


def _alarms(plan: Plan) -> Iterator[Need]:
    if plan.monitors:
        first = plan.monitors[0]
        one = _arn(plan, "cloudwatch", f"alarm:{alarm_name(plan.stack, first.stream, first.monitor.kind)}")
        yield _need(one, "cloudwatch", "DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource")
        yield _need(EVERYTHING, "cloudwatch", "DescribeAlarms")
        yield _need(EVERYTHING, "tag", "GetResources")


def _log_sources(plan: Plan) -> Iterator[Need]:
    """A log group's events leave CloudWatch Logs by a data stream and a role that may write it."""
    if plan.carriers:
        one = plan.carriers[0]
        actions = (
            "AddTagsToStream CreateStream DescribeStream DescribeStreamSummary IncreaseStreamRetentionPeriod "
            "ListTagsForStream RemoveTagsFromStream StartStreamEncryption UpdateStreamMode"
        )
        yield _need(data_stream_arn(plan.boundary, one.name), "kinesis", actions)
        filters = "DeleteSubscriptionFilter DescribeSubscriptionFilters PutSubscriptionFilter"
        yield _need(_arn(plan, "logs", f"log-group:{one.source.log_group}:*"), "logs", filters)
        yield _need(delivery_role_arn(plan.boundary, one.name), "iam", f"{_ON_ROLE} PassRole")
        yield _need(EVERYTHING, "iam", _LISTING_ROLES)


def _cluster(plan: Plan) -> Iterator[Need]:
    if plan.msk_cluster is None:
        return
    actions = "DescribeClusterV2 GetBootstrapBrokers"
    if plan.secrets.in_aws:
        actions += " BatchAssociateScramSecret BatchDisassociateScramSecret ListScramSecrets"
        if plan.secrets.key is not None:  # MSK reads secrets by grants that it makes in the caller's name
            yield _need(_some_key(plan, plan.secrets.key), "kms", "CreateGrant RetireGrant")
    if plan.cluster.policy is not None:
        actions += " DeleteClusterPolicy GetClusterPolicy PutClusterPolicy"
    yield _need(plan.msk_cluster, "kafka", actions)


def _some_key(plan: Plan, key: str) -> str:
    """The key, or one of the account in place of the stack's own, which may not be there yet."""
    own = stack_key_arn(plan.stack, plan.boundary.account, plan.boundary.region)
    return _arn(plan, "kms", "key/00000000-0000-0000-0000-000000000000") if key == own else key
