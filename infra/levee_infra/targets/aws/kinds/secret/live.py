"""How secrets are read: listed by the beginning of their names, or by a tag. Their values are never read here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from levee.targets.aws.iam.document import Document
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.live import Unread, or_unread, read_policy


@dataclass(frozen=True, slots=True)
class LiveSecret:
    """A secret. `key` is what encrypts it, as Secrets Manager names it; None: the default key."""

    arn: str
    key: str | None
    policy: Document | Unread | None = None


async def listed(api: Api, filter_: str, value: str, **more: Any) -> list[Mapping[str, Any]]:
    """What Secrets Manager lists under one of its filters; empty `value`: everything."""
    filters = [{"Key": filter_, "Values": [value]}] if value else []
    return await api.pages("secretsmanager", "list_secrets", "SecretList", Filters=filters, **more)


async def named(api: Api, prefix: str) -> list[Mapping[str, Any]]:
    """Those whose names begin so."""
    return [about for about in await listed(api, "name", prefix) if about["Name"].startswith(prefix)]


async def read_secrets(api: Api, prefix: str) -> Mapping[str, LiveSecret]:
    """By name, with their policies."""
    ours = await named(api, prefix)
    policies = await asyncio.gather(*(or_unread(_policy(api, about["ARN"])) for about in ours))
    return {
        about["Name"]: LiveSecret(about["ARN"], about.get("KmsKeyId"), policy)
        for about, policy in zip(ours, policies, strict=True)
    }


async def _policy(api: Api, arn: str) -> Document | None:
    answer = await api.call("secretsmanager", "get_resource_policy", SecretId=arn)
    return read_policy(answer.get("ResourcePolicy"), of_resource=True)
