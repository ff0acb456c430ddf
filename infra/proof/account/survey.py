"""Reads what an account holds of a stack. What can't be read is told as such: a missing permission is no absence.

Roles, secrets and alarms are listed once; secrets' policies, keys and buckets have no listing and are asked for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Final, TypeVar

from infra.proof.account.keys import declared_keys
from infra.proof.account.live import (
    UNTOLD,
    UNTOLD_OF_RESOURCE,
    LiveAccount,
    LiveBucket,
    LiveCluster,
    LiveKey,
    LiveRole,
    LiveSecret,
    Unread,
    read_policy,
)
from infra.providers.failures import FailedError, RefusedError
from infra.providers.levee.aws.api import Api
from infra.providers.levee.aws.bucket_settings import REQUESTS, BucketSettings
from levee.iam.document import Document
from levee.plan.aws_names import role_name
from levee.plan.planned import Plan

NO_KEY: Final = ("NotFoundException", "NotFound")
ABSENT: Final = ("NotFoundException",)
NO_BUCKET: Final = ("404", "NoSuchBucket")

Read = TypeVar("Read")


async def survey_account(api: Api, plan: Plan) -> LiveAccount:
    """Everything that the plan's claims are about."""
    named = {role_name(plan.stack, credential.service) for credential in plan.credentials if credential.assumed_by}
    keys, buckets = declared_keys(plan), [archive.archive.bucket for archive in plan.archives]
    roles, secrets, alarms, cluster, key_answers, bucket_answers = await asyncio.gather(
        _told(_roles(api, named)) if named else _nothing(),
        _told(_secrets(api, plan)) if plan.secrets.in_aws else _nothing(),
        _told(_alarms(api, plan)) if plan.monitors else _nothing(),
        _told(_cluster(api, plan)),
        asyncio.gather(*(_told(_key(api, key)) for key in keys)),
        asyncio.gather(*(_told(_bucket(api, bucket)) for bucket in buckets)),
    )
    return LiveAccount(
        roles=roles,
        secrets=secrets,
        keys={name: found for name, found in zip(keys, key_answers, strict=True) if found is not None},
        buckets={name: found for name, found in zip(buckets, bucket_answers, strict=True) if found is not None},
        alarms=alarms,
        cluster=cluster,
    )


async def _told(read: Awaitable[Read]) -> Read | Unread:
    try:
        return await read
    except (FailedError, RefusedError) as error:
        return Unread(str(error))


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
    arn = plan.msk_cluster
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
