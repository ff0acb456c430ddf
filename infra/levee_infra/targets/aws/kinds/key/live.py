"""How a key is read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from levee.targets.aws.iam.document import Document
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.live import UNKNOWN_RESOURCE_POLICY, read_policy

ABSENT: Final = ("NotFoundException", "NotFound")
SCHEDULED: Final = frozenset({"PendingDeletion", "PendingReplicaDeletion"})
YEAR: Final = 365
"""Days after which KMS renews a key's material where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A key. `about` is its KeyMetadata, `renewed_after` days, None: never, `grantees` whom grants let use it."""

    arn: str
    about: Mapping[str, Any]
    policy: Document
    renewed_after: int | None
    grantees: tuple[str, ...] = ()


async def describe(api: Api, key: str) -> Mapping[str, Any] | None:
    """The KeyMetadata of a key, by its ARN, id or alias; None where there is none."""
    answer = await api.find("kms", "describe_key", ABSENT, KeyId=key)
    return None if answer is None else answer["KeyMetadata"]


async def policy_of(api: Api, arn: str) -> str:
    """The text of its policy."""
    return str((await api.call("kms", "get_key_policy", KeyId=arn, PolicyName="default"))["Policy"])


async def renewed_after(api: Api, arn: str) -> int | None:
    """After how many days its material is renewed; None: never."""
    answer = await api.call("kms", "get_key_rotation_status", KeyId=arn)
    return int(answer.get("RotationPeriodInDays", YEAR)) if answer["KeyRotationEnabled"] else None


async def read_key(api: Api, name: str) -> LiveKey | None:
    """All of it."""
    about = await describe(api, name)
    if about is None:
        return None
    arn = str(about["Arn"])
    policy, days, grants = await asyncio.gather(
        policy_of(api, arn), renewed_after(api, arn), api.pages("kms", "list_grants", "Grants", KeyId=arn)
    )
    grantees = {grant["GranteePrincipal"] for grant in grants if "GranteePrincipal" in grant}
    document = read_policy(policy, of_resource=True) or UNKNOWN_RESOURCE_POLICY
    return LiveKey(arn, about, document, days, tuple(sorted(grantees)))
