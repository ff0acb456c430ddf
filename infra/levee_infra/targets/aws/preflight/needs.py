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
from levee.plan.planned import Plan
from levee.targets.aws.block import aws_block
from levee.targets.aws.names import alarm_name, data_stream_arn, delivery_role_arn, role_arn, secret_name
from levee_infra.targets.aws.kinds.alarm.kind import Alarm
from levee_infra.targets.aws.kinds.archive_bucket.kind import ArchiveBucket
from levee_infra.targets.aws.kinds.aws_kind import AwsKind
from levee_infra.targets.aws.kinds.cluster_policy.kind import ClusterPolicy
from levee_infra.targets.aws.kinds.data_stream.kind import DataStream
from levee_infra.targets.aws.kinds.key.kind import Key
from levee_infra.targets.aws.kinds.log_subscription.kind import LogSubscription
from levee_infra.targets.aws.kinds.role.kind import Role
from levee_infra.targets.aws.kinds.scram_association.kind import ScramAssociation
from levee_infra.targets.aws.kinds.secret.kind import Secret

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
"""What no deployment needs on all of an account, and what its holder could do."""


@dataclass(frozen=True, slots=True)
class Need:
    """`actions` on `resource`, an ARN or EVERYTHING. One example stands for all of its kind."""

    resource: str
    actions: tuple[str, ...]


LISTING_TAGS: Final = Need(EVERYTHING, ("tag:GetResources",))
"""What is let go of, and what a key encrypts, is found by tags."""


def needs(plan: Plan) -> Iterator[Need]:
    """What the plan's own resources need."""
    yield from _secrets(plan)
    yield from _key(plan)
    yield from _roles(plan)
    yield from _archives(plan)
    yield from _alarms(plan)
    yield from _log_sources(plan)
    yield from _cluster(plan)


def _kind(kind: type[AwsKind], one: str) -> Iterator[Need]:
    """What a kind needs on an example of it, and on everything."""
    yield Need(one, kind.needs.on_one)
    if kind.needs.on_everything:
        yield Need(EVERYTHING, kind.needs.on_everything)


def _arn(plan: Plan, service: str, resource: str) -> str:
    boundary = plan.boundary
    return f"arn:{partition_name(boundary.region)}:{service}:{boundary.region}:{boundary.account}:{resource}"


def _secrets(plan: Plan) -> Iterator[Need]:
    usernames = [username for credential in plan.credentials for username in credential.usernames]
    if plan.secrets.in_aws and usernames:
        yield from _kind(Secret, _arn(plan, "secretsmanager", f"secret:{secret_name(plan, usernames[0])}-000000"))


def _key(plan: Plan) -> Iterator[Need]:
    if plan.has_own_key:
        yield from _kind(Key, _some_key(plan, plan.own_key))
        yield Need(plan.own_key, ("kms:CreateAlias", "kms:UpdateAlias"))
        yield LISTING_TAGS


def _roles(plan: Plan) -> Iterator[Need]:
    roles = [role_arn(plan, credential) for credential in plan.credentials if credential.assumed_by]
    if roles:
        yield from _kind(Role, roles[0])


def _archives(plan: Plan) -> Iterator[Need]:
    if plan.archives:
        one = f"arn:{partition_name(plan.boundary.region)}:s3:::{plan.archives[0].archive.bucket}"
        yield from _kind(ArchiveBucket, one)


def _alarms(plan: Plan) -> Iterator[Need]:
    if plan.monitors:
        first = plan.monitors[0]
        name = alarm_name(plan.stack, first.stream, first.monitor.kind)
        yield from _kind(Alarm, _arn(plan, "cloudwatch", f"alarm:{name}"))
        yield LISTING_TAGS


def _log_sources(plan: Plan) -> Iterator[Need]:
    """A log group's events leave CloudWatch Logs by a data stream and a role that may write it."""
    if plan.carriers:
        one = plan.carriers[0]
        yield from _kind(DataStream, data_stream_arn(plan.boundary, one.name))
        yield from _kind(LogSubscription, _arn(plan, "logs", f"log-group:{one.source.log_group}:*"))
        delivery = delivery_role_arn(plan.boundary, one.name)
        yield from _kind(Role, delivery)
        yield Need(delivery, ("iam:PassRole",))


def _cluster(plan: Plan) -> Iterator[Need]:
    cluster = aws_block(plan).cluster_arn
    if cluster is None:
        return
    yield Need(cluster, ("kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"))
    if plan.secrets.in_aws:
        yield from _kind(ScramAssociation, cluster)
        if plan.secrets.key is not None:  # MSK reads secrets by grants that it makes in the caller's name
            yield Need(_some_key(plan, plan.secrets.key), ("kms:CreateGrant", "kms:RetireGrant"))
    if plan.cluster.policy is not None:
        yield from _kind(ClusterPolicy, cluster)


def _some_key(plan: Plan, key: str) -> str:
    """The key, or one of the account in place of the stack's own, which may not be there yet."""
    return _arn(plan, "kms", "key/00000000-0000-0000-0000-000000000000") if key == plan.own_key else key
