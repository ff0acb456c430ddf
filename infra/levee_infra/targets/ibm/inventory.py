"""Service ids, their API keys and their access policies: each listed once for all that are looked at."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from levee_infra.providers.protocol.snapshot import Snapshot
from levee_infra.targets.ibm.api import Api, Request
from levee_infra.targets.ibm.connection import Service

SERVICE_IDS: Final = "/v1/serviceids/"
API_KEYS: Final = "/v1/apikeys"
POLICIES: Final = "/v2/policies"
PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Held:
    """A service id as IAM lists it, with its API keys and access policies."""

    about: Mapping[str, Any]
    keys: Sequence[Mapping[str, Any]]
    policies: Sequence[Mapping[str, Any]]


class Inventory:
    """What one account has of these. To a caller that may not see something IAM lists less, not an error."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._read: Snapshot[Mapping[str, Held]] = Snapshot(self._list)

    def forget(self) -> None:
        """Note a write."""
        self._read.forget()

    async def find(self, id_: str) -> Held | None:
        """The service id of that id; None where it isn't listed."""
        return (await self._read.get(id_)).get(id_)

    async def named(self, name: str) -> list[Held]:
        """Those of a name: it isn't unique."""
        return [held for held in (await self._read.get(name)).values() if held.about.get("name") == name]

    async def _list(self) -> Mapping[str, Held]:
        account = self._api.connection.account
        about, keys, policies = await asyncio.gather(
            self._pages(SERVICE_IDS, "serviceids", account_id=account, pagesize=PAGE),
            self._pages(API_KEYS, "apikeys", account_id=account, scope="account", type="serviceid", pagesize=PAGE),
            self._pages(POLICIES, "policies", account_id=account, type="access", limit=PAGE),
        )
        keys_of = _grouped((key.get("iam_id"), key) for key in keys)
        policies_of = _grouped((_subject(policy), policy) for policy in policies if policy.get("state") != "deleted")
        return {
            str(each["id"]): Held(each, keys_of[each.get("iam_id")], policies_of[each.get("iam_id")]) for each in about
        }

    async def _pages(self, path: str, key: str, **query: str | int) -> list[Any]:
        return await self._api.pages(Request(method="GET", service=Service.IAM, path=path, query=query), key)


def attributes(side: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The attributes of a policy's side: each key's operator and value."""
    return {
        str(each.get("key")): (str(each.get("operator", "stringEquals")), str(each.get("value", "")))
        for each in side.get("attributes") or ()
    }


def _subject(policy: Mapping[str, Any]) -> str:
    return attributes(policy.get("subject") or {}).get("iam_id", ("", ""))[1]


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> defaultdict[Any, list[Any]]:
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for name, value in pairs:
        found[name].append(value)
    return found
