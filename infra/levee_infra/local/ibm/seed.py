"""What an account has before anybody calls: identities with their roles, and instances of services."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from levee_infra.local.ibm.account import Caller, Fake
from levee_infra.local.ibm.authorization import PLATFORM_ROLE, PLATFORM_ROLES, SERVICE_ROLE
from levee_infra.local.ibm.identity import keep_key
from levee_infra.local.ibm.policies import keep_policy
from levee_infra.local.ibm.resource_controller import keep_instance


def plant(fake: Fake, seed: Mapping[str, Any]) -> None:
    """Make what `seed` names.

    `identities`: `iam_id`, `account`, `apikey`, and `owner: true` or `roles` by service. `instances`: `service`,
    `guid`, `account`, `region`, `name`, `plan`, and for Event Streams `brokers`.
    """
    for item in seed.get("identities", []):
        caller = Caller(item["iam_id"], item["account"], item.get("owner", False))
        keep_key(fake, caller, {"name": "seed", "apikey": item["apikey"]}, is_owner=caller.is_owner)
        for service, roles in item.get("roles", {}).items():
            keep_policy(fake, caller.iam_id, caller.account, _access(caller, service, roles))
    for item in seed.get("instances", []):
        keep_instance(fake, item)


def _access(caller: Caller, service: str, roles: list[str]) -> dict[str, Any]:
    names = {"accountId": caller.account, "serviceName": service}
    ids = [(PLATFORM_ROLE if role in PLATFORM_ROLES else SERVICE_ROLE) + role for role in roles]
    return {
        "id": str(uuid.uuid4()),
        "type": "access",
        "control": {"grant": {"roles": [{"role_id": role} for role in ids]}},
        "subject": {"attributes": [{"key": "iam_id", "operator": "stringEquals", "value": caller.iam_id}]},
        "resource": {
            "attributes": [{"key": key, "operator": "stringEquals", "value": value} for key, value in names.items()]
        },
    }
