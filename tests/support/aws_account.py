"""What an AWS account holds in which all is as a plan has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from levee.plan.planned import Plan, PlannedArchive, PlannedCarrier, PlannedCredential
from levee.targets.aws.block import aws_block
from levee.targets.aws.form import CARRIED_HOURS
from levee.targets.aws.iam.arn import ClusterArn
from levee.targets.aws.iam.bucket_policy import bucket_policy
from levee.targets.aws.iam.delivery_policy import delivery_policy
from levee.targets.aws.iam.document import Document
from levee.targets.aws.iam.key_policy import key_policy
from levee.targets.aws.iam.service_policy import service_policy
from levee.targets.aws.iam.trust_policy import trust_policy
from levee.targets.aws.names import (
    account_root,
    data_stream_arn,
    delivery_role_arn,
    delivery_role_name,
    role_arn,
    role_name,
    secret_arn,
    secret_name,
    subscription_name,
)
from levee_infra.targets.aws.kinds.alarm.claims import declared_alarms
from levee_infra.targets.aws.kinds.archive_bucket.live import BLOCKED, OWNERSHIP, REQUESTS, BucketSettings, LiveBucket
from levee_infra.targets.aws.kinds.data_stream.live import LiveDataStream
from levee_infra.targets.aws.kinds.key.live import LiveKey
from levee_infra.targets.aws.kinds.role.live import LiveRole
from levee_infra.targets.aws.kinds.secret.live import LiveSecret
from levee_infra.targets.aws.live import Unread
from levee_infra.targets.aws.msk_cluster import LiveCluster
from levee_infra.targets.aws.proof.live import LiveAccount
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.msk_clusters import Cluster

KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SUFFIX: Final = "-a1B2c3"
"""What AWS appends to secrets' names."""

USED_BY: Final = ("secretsmanager", "s3", "kinesis")
"""Services that the stack's key encrypts by."""


def compliant_account(plan: Plan) -> LiveAccount:
    """Roles, secrets, the stack's key, archives and alarms, as levee makes them."""
    assert plan.secrets.key is not None
    root = account_root(plan.boundary)
    key = LiveKey(
        arn=KEY,
        about={"Arn": KEY, "KeyState": "Enabled", "KeyManager": "CUSTOMER", "MultiRegion": False},
        policy=key_policy(ACCOUNT, REGION, [root], [root], USED_BY),
        renewed_after=365,
        grantees=(f"secretsmanager.{REGION}.amazonaws.com",),
    )
    usernames = [username for credential in plan.credentials for username in credential.usernames]
    return LiveAccount(
        roles={
            **{role_name(plan.stack, each.service): _role(plan, each) for each in plan.credentials if each.assumed_by},
            **{delivery_role_name(each.name): _delivery_role(plan, each) for each in plan.carriers},
        },
        secrets={
            secret_name(plan, username): LiveSecret(secret_arn(plan, username).replace("-??????", SUFFIX), KEY)
            for username in usernames
        },
        keys={plan.secrets.key: key},
        buckets={each.archive.bucket: LiveBucket(REGION, bucket_settings(each)) for each in plan.archives},
        alarms={str(each["name"]): _alarm(each) for each in declared_alarms(plan)},
        cluster=_cluster(plan),
        data_streams={each.name: _data_stream(plan, each) for each in plan.carriers},
        subscriptions={str(each.source.log_group): [_subscription(plan, each)] for each in plan.carriers},
    )


def _cluster(plan: Plan) -> LiveCluster | None:
    """An MSK cluster that takes the users of all secrets; its brokers aren't looked at."""
    arn = aws_block(plan).cluster_arn
    usernames = [username for credential in plan.credentials for username in credential.usernames]
    secrets = tuple(secret_arn(plan, username).replace("-??????", SUFFIX) for username in usernames)
    return None if arn is None else LiveCluster(Cluster("logs", ACCOUNT, REGION, arn=arn).described(), secrets)


def _role(plan: Plan, credential: PlannedCredential) -> LiveRole:
    cluster = aws_block(plan).cluster_arn
    secrets = [secret_arn(plan, username) for username in credential.usernames]
    streams = [data_stream_arn(plan.boundary, c.name) for c in plan.carriers if c.source.service == credential.service]
    policy = service_policy(credential.grants, ClusterArn.parse(cluster) if cluster else None, secrets, streams, KEY)
    trust = trust_policy(str(credential.assumed_by), ACCOUNT, f"arn:aws:ecs:{REGION}:{ACCOUNT}:*")
    return LiveRole(arn=role_arn(plan, credential), trust=trust, inline={"levee": policy})


def _delivery_role(plan: Plan, carrier: PlannedCarrier) -> LiveRole:
    policy = delivery_policy(data_stream_arn(plan.boundary, carrier.name), KEY)
    caller = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{carrier.source.log_group}:*"
    trust = trust_policy("logs.amazonaws.com", ACCOUNT, caller)
    return LiveRole(arn=delivery_role_arn(plan.boundary, carrier.name), trust=trust, inline={"levee": policy})


def _data_stream(plan: Plan, carrier: PlannedCarrier) -> LiveDataStream:
    about = {
        "StreamName": carrier.name,
        "StreamARN": data_stream_arn(plan.boundary, carrier.name),
        "StreamStatus": "ACTIVE",
        "RetentionPeriodHours": CARRIED_HOURS,
        "EncryptionType": "KMS",
        "KeyId": KEY,
    }
    return LiveDataStream(about)


def _subscription(plan: Plan, carrier: PlannedCarrier) -> dict[str, Any]:
    """A filter as DescribeSubscriptionFilters tells it."""
    return {
        "filterName": subscription_name(carrier.name),
        "logGroupName": carrier.source.log_group,
        "filterPattern": carrier.source.log_pattern,
        "destinationArn": data_stream_arn(plan.boundary, carrier.name),
        "roleArn": delivery_role_arn(plan.boundary, carrier.name),
        "distribution": "ByLogStream",
    }


def bucket_settings(planned: PlannedArchive, **changes: Mapping[str, Any]) -> BucketSettings:
    """S3's answers about an archive as levee makes it; `changes` are other answers, by request."""
    days = planned.archive.retention.milliseconds // 86_400_000
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}
    answers: dict[str, Mapping[str, Any]] = {
        **{request: {} for request in REQUESTS},
        "get_bucket_encryption": {"ServerSideEncryptionConfiguration": encryption},
        "get_public_access_block": {"PublicAccessBlockConfiguration": BLOCKED},
        "get_bucket_ownership_controls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": OWNERSHIP}]}},
        "get_bucket_policy": {"Policy": bucket_policy(planned.archive.bucket, ACCOUNT, KEY).compact()},
        "get_bucket_versioning": {"Status": "Enabled"},
        "get_object_lock_configuration": locked("GOVERNANCE", days),
    }
    return BucketSettings({**answers, **changes})


def locked(mode: str, days: int) -> Mapping[str, Any]:
    """The answer of a bucket that locks by default."""
    rule = {"DefaultRetention": {"Mode": mode, "Days": days}}
    return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": rule}}


def _alarm(declared: Mapping[str, Any]) -> dict[str, Any]:
    """An alarm as DescribeAlarms tells it."""
    watched: dict[str, Any]
    if "metrics" in declared:
        watched = {"Metrics": declared["metrics"]}
    else:
        watched = {
            "Namespace": declared["namespace"],
            "MetricName": declared["metricName"],
            "Statistic": declared["statistic"],
            "Period": declared["periodSeconds"],
            "Dimensions": [{"Name": each["name"], "Value": each["value"]} for each in declared["dimensions"]],
        }
    return {
        "AlarmName": declared["name"],
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{declared['name']}",
        "ComparisonOperator": declared["comparison"],
        "Threshold": declared["threshold"],
        "EvaluationPeriods": declared["evaluationPeriods"],
        "TreatMissingData": declared["treatMissingData"],
        "ActionsEnabled": True,
        "AlarmActions": list(declared["actions"]),
        "InsufficientDataActions": list(declared.get("insufficientDataActions", ())),
        **watched,
    }


def with_role(live: LiveAccount, name: str, **changes: Any) -> LiveAccount:
    """The account with one role otherwise."""
    assert isinstance(live.roles, Mapping)
    return replace(live, roles={**live.roles, name: replace(live.roles[name], **changes)})


def with_secret(live: LiveAccount, name: str, **changes: Any) -> LiveAccount:
    """The account with one secret otherwise."""
    assert isinstance(live.secrets, Mapping)
    return replace(live, secrets={**live.secrets, name: replace(live.secrets[name], **changes)})


def with_key(live: LiveAccount, name: str, **changes: Any) -> LiveAccount:
    """The account with one key otherwise."""
    key = live.key(name)
    assert key is not None
    return replace(live, keys={**live.keys, name: replace(key, **changes)})


def with_bucket(live: LiveAccount, planned: PlannedArchive, **changes: Mapping[str, Any]) -> LiveAccount:
    """The account with an archive of which S3 answers otherwise."""
    bucket = LiveBucket(REGION, bucket_settings(planned, **changes))
    return replace(live, buckets={**live.buckets, planned.archive.bucket: bucket})


def with_alarm(live: LiveAccount, name: str, **changes: Any) -> LiveAccount:
    """The account with one alarm otherwise."""
    assert isinstance(live.alarms, Mapping)
    return replace(live, alarms={**live.alarms, name: {**live.alarms[name], **changes}})


def with_data_stream(live: LiveAccount, name: str, **changes: Any) -> LiveAccount:
    """The account with one data stream otherwise: `policy`, `consumers`, or what is told about it."""
    stream = live.data_streams[name]
    assert isinstance(stream, LiveDataStream)
    own = {key: changes.pop(key) for key in ("policy", "consumers") if key in changes}
    stream = replace(stream, about={**stream.about, **changes}, **own)
    return replace(live, data_streams={**live.data_streams, name: stream})


def with_subscription(live: LiveAccount, group: str, **changes: Any) -> LiveAccount:
    """The account with the one filter of a log group otherwise."""
    filters = live.subscriptions[group]
    assert not isinstance(filters, Unread)
    return replace(live, subscriptions={**live.subscriptions, group: [{**filters[0], **changes}]})


def joined(*documents: Document) -> Document:
    """One policy of several."""
    return Document(tuple(statement for document in documents for statement in document.statements))


def plant_account(aws: AwsApi, plan: Plan) -> None:
    """Make all of it in the API, by boto3."""
    live = compliant_account(plan)
    assert isinstance(live.roles, Mapping)
    assert isinstance(live.secrets, Mapping)
    assert isinstance(live.alarms, Mapping)
    arn = _plant_key(aws, str(plan.secrets.key).rsplit(":", 1)[1])
    iam, secrets, s3 = aws.client("iam"), aws.client("secretsmanager"), aws.client("s3")
    for name, role in live.roles.items():
        iam.create_role(Path="/levee/", RoleName=name, AssumeRolePolicyDocument=role.trust.compact())
        policy = role.inline["levee"].compact().replace(KEY, arn)
        iam.put_role_policy(RoleName=name, PolicyName="levee", PolicyDocument=policy)
    for name in live.secrets:
        secrets.create_secret(Name=name, KmsKeyId=arn)
    for planned in plan.archives:
        _plant_bucket(s3, planned, arn)
    for carrier in plan.carriers:
        _plant_carrier(aws, live, carrier, arn)
    for alarm in live.alarms.values():
        aws.client("cloudwatch").put_metric_alarm(**{key: each for key, each in alarm.items() if key != "AlarmArn"})


def _plant_key(aws: AwsApi, alias: str) -> str:
    kms, root = aws.client("kms"), f"arn:aws:iam::{ACCOUNT}:root"
    policy = key_policy(ACCOUNT, REGION, [root], [root], USED_BY).compact()
    arn = str(kms.create_key(Policy=policy, MultiRegion=False)["KeyMetadata"]["Arn"])
    kms.enable_key_rotation(KeyId=arn)
    kms.create_alias(AliasName=alias, TargetKeyId=arn)
    return arn


def _plant_carrier(aws: AwsApi, live: LiveAccount, carrier: PlannedCarrier, key: str) -> None:
    kinesis, logs = aws.client("kinesis"), aws.client("logs")
    kinesis.create_stream(StreamName=carrier.name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    kinesis.get_waiter("stream_exists").wait(StreamName=carrier.name)
    kinesis.start_stream_encryption(StreamName=carrier.name, EncryptionType="KMS", KeyId=key)
    kinesis.increase_stream_retention_period(StreamName=carrier.name, RetentionPeriodHours=CARRIED_HOURS)
    group = str(carrier.source.log_group)
    logs.create_log_group(logGroupName=group)
    filters = live.subscriptions[group]
    assert not isinstance(filters, Unread)
    logs.put_subscription_filter(**filters[0])


def _plant_bucket(s3: Any, planned: PlannedArchive, key: str) -> None:
    bucket, answers = {"Bucket": planned.archive.bucket}, bucket_settings(planned).answers
    place = {"LocationConstraint": REGION}
    s3.create_bucket(**bucket, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)
    encryption = answers["get_bucket_encryption"]["ServerSideEncryptionConfiguration"]
    encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] = key
    s3.put_bucket_encryption(**bucket, ServerSideEncryptionConfiguration=encryption)
    s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_policy(**bucket, Policy=answers["get_bucket_policy"]["Policy"])
    for operation in ("public_access_block", "bucket_ownership_controls", "object_lock_configuration"):
        getattr(s3, f"put_{operation}")(**bucket, **answers[f"get_{operation}"])
