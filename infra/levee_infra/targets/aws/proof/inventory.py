"""Reads what an account holds of a stack. What can't be read is reported as such: a missing permission is no absence.

Roles, secrets and alarms are listed once; secrets' policies, keys, buckets, data streams and subscriptions have no
listing that tells enough and are asked for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from levee.plan.planned import Plan
from levee.targets.aws.block import aws_block
from levee.targets.aws.names import delivery_role_name, role_name
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.kinds.alarm.live import alarms as read_alarms
from levee_infra.targets.aws.kinds.archive_bucket.live import read_bucket
from levee_infra.targets.aws.kinds.data_stream.live import read_data_stream
from levee_infra.targets.aws.kinds.key.claims import declared_keys
from levee_infra.targets.aws.kinds.key.live import read_key
from levee_infra.targets.aws.kinds.log_subscription.live import filters_of
from levee_infra.targets.aws.kinds.role.live import read_roles
from levee_infra.targets.aws.kinds.secret.live import read_secrets
from levee_infra.targets.aws.live import each, or_unread
from levee_infra.targets.aws.msk_cluster import LiveCluster, read_cluster
from levee_infra.targets.aws.proof.live import LiveAccount


async def account_inventory(api: Api, plan: Plan) -> LiveAccount:
    """Everything that the plan's checks are about."""
    named = {role_name(plan.stack, credential.service) for credential in plan.credentials if credential.assumed_by}
    named |= {delivery_role_name(carrier.name) for carrier in plan.carriers}
    groups = dict.fromkeys(str(carrier.source.log_group) for carrier in plan.carriers)
    (roles, secrets, alarms, cluster), (keys, buckets, data_streams, subscriptions) = await asyncio.gather(
        asyncio.gather(
            or_unread(read_roles(api, named)) if named else _nothing(),
            or_unread(read_secrets(api, str(plan.secrets.prefix))) if plan.secrets.in_aws else _nothing(),
            or_unread(read_alarms(api, AlarmNamePrefix=f"levee-{plan.stack}-")) if plan.monitors else _nothing(),
            or_unread(_cluster(api, plan)),
        ),
        asyncio.gather(
            each(api, read_key, declared_keys(plan)),
            each(api, read_bucket, (archive.archive.bucket for archive in plan.archives)),
            each(api, read_data_stream, (carrier.name for carrier in plan.carriers)),
            each(api, filters_of, groups),
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


async def _nothing() -> Mapping[str, Any]:
    return {}


async def _cluster(api: Api, plan: Plan) -> LiveCluster | None:
    arn = aws_block(plan).cluster_arn
    return None if arn is None else await read_cluster(api, arn)
