"""Reads what an account holds of a stack. What can't be read is told as such: a missing permission is no absence.

Roles, secrets and alarms are listed once; secrets' policies, keys, buckets, data streams and subscriptions have no
listing that tells enough and are asked for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from levee.plan.planned import Plan
from levee.targets.aws.block import aws_block
from levee.targets.aws.iam.document import Document
from levee.targets.aws.names import delivery_role_name, role_name
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.kinds.archive_bucket.settings import REQUESTS, BucketSettings
from levee_infra.targets.aws.proof.keys import declared_keys
from levee_infra.targets.aws.proof.live import (
    UNTOLD,
    UNTOLD_OF_RESOURCE,
    LiveAccount,
    LiveBucket,
    LiveCluster,
    LiveDataStream,
    LiveKey,
    LiveRole,
    LiveSecret,
    Unread,
    read_policy,
)

NO_KEY: Final = ("NotFoundException", "NotFound")
ABSENT: Final = ("NotFoundException",)
NO_BUCKET: Final = ("404", "NoSuchBucket")
NO_RESOURCE: Final = ("ResourceNotFoundException",)

Read = TypeVar("Read")


async def account_inventory(api: Api, plan: Plan) -> LiveAccount:
    """Everything that the plan's checks are about."""
    named = {role_name(plan.stack, credential.service) for credential in plan.credentials if credential.assumed_by}
    named |= {delivery_role_name(carrier.name) for carrier in plan.carriers}
    groups = dict.fromkeys(str(carrier.source.log_group) for carrier in plan.carriers)
    (roles, secrets, alarms, cluster), (keys, buckets, data_streams, subscriptions) = await asyncio.gather(
        asyncio.gather(
            _told(_roles(api, named)) if named else _nothing(),
            _told(_secrets(api, plan)) if plan.secrets.in_aws else _nothing(),
            _told(_alarms(api, plan)) if plan.monitors else _nothing(),
            _told(_cluster(api, plan)),
        ),
        asyncio.gather(
            _each(api, _key, declared_keys(plan)),
            _each(api, _bucket, (archive.archive.bucket for archive in plan.archives)),
            _each(api, _data_stream, (carrier.name for carrier in plan.carriers)),
            _each(api, _subscriptions, groups),
        ),
    )
    return LiveAccount(
        roles=roles,
        secrets=secrets,
        keys=keys,
        buckets=buckets,
        alarms=alarms,
        cluster=cluster,
        data_streams=data_streams,
        subscriptions=subscriptions,
    )


async def _told(read: Awaitable[Read]) -> Read | Unread:
    try:
        return await read
    except (FailedError, RefusedError) as error:
        return Unread(str(error))


async def _each(
    api: Api, read: Callable[[Api, str], Awaitable[Read | None]], names: Iterable[str]
) -> Mapping[str, Read | Unread]:
    """Read each by its name; what isn't there is left out."""
    asked = list(names)
    answers = await asyncio.gather(*(_told(read(api, name)) for name in asked))
    return {name: found for name, found in zip(asked, answers, strict=True) if found is not None}


async def _nothing() -> Mapping[str, Any]:
    return {}


async def _roles(api: Api, names: Iterable[str]) -> Mapping[str, LiveRole]:
    listed = await api.pages(
        "iam",
        "get_account_authorization_details",
        "RoleDetailList",
        Filter=["Role"],
        PaginationConfig={"PageSize": 1000},
    )
    return {role["RoleName"]: _role(role) for role in listed if role["RoleName"] in names}


def _role(details: Mapping[str, Any]) -> LiveRole:
    return LiveRole(
        arn=details["Arn"],
        trust=read_policy(details.get("AssumeRolePolicyDocument"), of_resource=True) or UNTOLD_OF_RESOURCE,
        inline={
            policy["PolicyName"]: read_policy(policy["PolicyDocument"], of_resource=False) or UNTOLD
            for policy in details.get("RolePolicyList", ())
        },
        attached=tuple(sorted(policy["PolicyArn"] for policy in details.get("AttachedManagedPolicies", ()))),
        boundary=details.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        number=details["RoleId"],
    )


async def _secrets(api: Api, plan: Plan) -> Mapping[str, LiveSecret]:
    prefix = str(plan.secrets.prefix)
    filters = [{"Key": "name", "Values": [prefix]}]
    listed = await api.pages("secretsmanager", "list_secrets", "SecretList", Filters=filters)
    ours = [about for about in listed if about["Name"].startswith(prefix)]
    policies = await asyncio.gather(*(_told(_secret_policy(api, about["ARN"])) for about in ours))
    return {
        about["Name"]: LiveSecret(about["ARN"], about.get("KmsKeyId"), policy)
        for about, policy in zip(ours, policies, strict=True)
    }


async def _secret_policy(api: Api, arn: str) -> Document | None:
    answer = await api.call("secretsmanager", "get_resource_policy", SecretId=arn)
    return read_policy(answer.get("ResourcePolicy"), of_resource=True)


async def _alarms(api: Api, plan: Plan) -> Mapping[str, Mapping[str, Any]]:
    listed = await api.pages(
        "cloudwatch",
        "describe_alarms",
        "MetricAlarms",
        AlarmTypes=["MetricAlarm"],
        AlarmNamePrefix=f"levee-{plan.stack}-",
        PaginationConfig={"PageSize": 100},
    )
    return {alarm["AlarmName"]: alarm for alarm in listed}


async def _cluster(api: Api, plan: Plan) -> LiveCluster | None:
    arn = aws_block(plan).cluster_arn
    answer = None if arn is None else await api.find("kafka", "describe_cluster_v2", ABSENT, ClusterArn=arn)
    if answer is None:
        return None
    secrets, policy = await asyncio.gather(
        api.pages("kafka", "list_scram_secrets", "SecretArnList", ClusterArn=arn),
        api.find("kafka", "get_cluster_policy", ABSENT, ClusterArn=arn),
    )
    text = None if policy is None else policy.get("Policy")
    return LiveCluster(answer["ClusterInfo"], tuple(sorted(secrets)), read_policy(text, of_resource=True))


async def _key(api: Api, name: str) -> LiveKey | None:
    answer = await api.find("kms", "describe_key", NO_KEY, KeyId=name)
    if answer is None:
        return None
    about = answer["KeyMetadata"]
    policy, rotation, grants = await asyncio.gather(
        api.call("kms", "get_key_policy", KeyId=about["Arn"], PolicyName="default"),
        api.call("kms", "get_key_rotation_status", KeyId=about["Arn"]),
        api.pages("kms", "list_grants", "Grants", KeyId=about["Arn"]),
    )
    return LiveKey(
        arn=about["Arn"],
        about=about,
        policy=read_policy(policy["Policy"], of_resource=True) or UNTOLD_OF_RESOURCE,
        rotates=bool(rotation["KeyRotationEnabled"]),
        grantees=tuple(sorted({grant["GranteePrincipal"] for grant in grants if "GranteePrincipal" in grant})),
    )


async def _bucket(api: Api, name: str) -> LiveBucket | None:
    owned = {"Bucket": name, "ExpectedBucketOwner": api.connection.account}
    head = await api.find("s3", "head_bucket", NO_BUCKET, **owned)
    if head is None:
        return None
    answers = await asyncio.gather(
        *(api.find("s3", operation, (absent,), **owned) for operation, absent in REQUESTS.items())
    )
    settings = {operation: answer or {} for operation, answer in zip(REQUESTS, answers, strict=True)}
    return LiveBucket(head.get("BucketRegion"), BucketSettings(settings))


async def _data_stream(api: Api, name: str) -> LiveDataStream | None:
    answer = await api.find("kinesis", "describe_stream_summary", NO_RESOURCE, StreamName=name)
    if answer is None:
        return None
    about = answer["StreamDescriptionSummary"]
    policy, consumers = await asyncio.gather(
        _told(_data_stream_policy(api, about["StreamARN"])),
        _told(api.pages("kinesis", "list_stream_consumers", "Consumers", StreamARN=about["StreamARN"])),
    )
    names = consumers if isinstance(consumers, Unread) else tuple(sorted(each["ConsumerName"] for each in consumers))
    return LiveDataStream(about, policy, names)


async def _data_stream_policy(api: Api, arn: str) -> Document | None:
    """Most have none, which is told as an empty object, or not at all."""
    answer = await api.find("kinesis", "get_resource_policy", NO_RESOURCE, ResourceARN=arn)
    text = "" if answer is None else "".join(answer.get("Policy", "").split())
    return None if text == "{}" else read_policy(text, of_resource=True)


async def _subscriptions(api: Api, group: str) -> Sequence[Mapping[str, Any]] | None:
    answer = await api.find("logs", "describe_subscription_filters", NO_RESOURCE, logGroupName=group)
    return None if answer is None else list(answer["subscriptionFilters"])
