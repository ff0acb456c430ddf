"""Who may do what: roles, the actions in them, and what policies grant.

Sources of the roles: messagehub [ES] managing_access.md and the account docs' table of roles and actions; logs [CL]
iam-actions.md (reading the set-up of streams isn't in Reader); secrets-manager `I` from the roles' descriptions; the
platform's roles `I` from the account docs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from levee_infra.local.ibm.routing import JSON
from levee_infra.local.ibm.rows import Store

SERVICE_ROLE: Final = "crn:v1:bluemix:public:iam::::serviceRole:"
PLATFORM_ROLE: Final = "crn:v1:bluemix:public:iam::::role:"

_ES_READER: Final = frozenset(f"messagehub.{kind}.read" for kind in ("cluster", "topic", "group", "schema"))
_ES_WRITER: Final = _ES_READER | {"messagehub.topic.write", "messagehub.txnid.write", "messagehub.schema.write"}
_ES_MANAGER: Final = _ES_WRITER | {f"messagehub.{kind}.manage" for kind in ("cluster", "topic", "group", "schema")}
_LOGS_CONFIGURATION: Final = frozenset({"logs.logs-stream-setup.read"})
_LOGS_SENDER: Final = frozenset({"logs.data-ingress.send"})
_SM_READER: Final = frozenset({"secrets-manager.secrets.list", "secrets-manager.secret-group.read"})
_SM_SECRETS: Final = _SM_READER | {"secrets-manager.secret.read"}
_SM_WRITER: Final = _SM_SECRETS | {"secrets-manager.secret.create", "secrets-manager.secret.update"}
_SM_MANAGER: Final = _SM_WRITER | {"secrets-manager.secret.delete", "secrets-manager.secret-group.manage"}
_VIEWER: Final = frozenset({"instance.retrieve", "serviceid.get", "apikey.get"})
_OPERATOR: Final = _VIEWER | {"serviceid.write", "apikey.write"}
_ADMINISTRATOR: Final = _OPERATOR | {"policy.manage", "role.manage"}

SERVICE_ROLES: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "messagehub": {"Reader": _ES_READER, "Writer": _ES_WRITER, "Manager": _ES_MANAGER},
    "logs": {
        "Reader": frozenset(),
        "Writer": _LOGS_CONFIGURATION,
        "Manager": _LOGS_CONFIGURATION | {"logs.logs-stream-setup.manage"},
        "ServiceConfigurationReader": _LOGS_CONFIGURATION,
        "Sender": _LOGS_SENDER,
    },
    "secrets-manager": {
        "Reader": _SM_READER,
        "SecretsReader": _SM_SECRETS,
        "Writer": _SM_WRITER,
        "Manager": _SM_MANAGER,
    },
}
PLATFORM_ROLES: Final[Mapping[str, frozenset[str]]] = {
    "Viewer": _VIEWER,
    "Operator": _OPERATOR,
    "Editor": _OPERATOR,
    "Administrator": _ADMINISTRATOR,
}
RANKED: Final = ("Manager", "Writer", "Reader")
"""Roles that one cuts to the next."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What an action is done to; "" is every one."""

    account: str
    service: str
    instance: str = ""
    kind: str = ""
    name: str = ""

    def attributes(self) -> Mapping[str, str]:
        """As policies name them."""
        return {
            "accountId": self.account,
            "serviceName": self.service,
            "serviceInstance": self.instance,
            "resourceType": self.kind,
            "resource": self.name,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one service's instance may write to another's, and why."""

    is_allowed: bool
    reason: str


def values_of(part: JSON | None) -> dict[str, str]:
    """The attributes of a policy's subject or resource by name."""
    return {item["key"]: str(item["value"]) for item in (part or {}).get("attributes", [])}


def roles_of(policy: JSON) -> list[str]:
    """The roles that a policy grants."""
    return [role["role_id"] for role in policy["control"]["grant"]["roles"]]


def actions_of(store: Store, role: str, service: str) -> frozenset[str]:
    """What is in a role, by its CRN; nothing for one that the service doesn't have."""
    if role.startswith(SERVICE_ROLE):
        return SERVICE_ROLES.get(service, {}).get(role.removeprefix(SERVICE_ROLE), frozenset())
    if role.startswith(PLATFORM_ROLE):
        return PLATFORM_ROLES.get(role.removeprefix(PLATFORM_ROLE), frozenset())
    row = store.table("roles").by_key(role)
    return frozenset(row.value["actions"]) if row and row.value["service_name"] == service else frozenset()


def has_role(store: Store, role: str, service: str) -> bool:
    """Whether there is such a role of the service."""
    name = role.rpartition(":")[2]
    custom = store.table("roles").by_key(role)
    return (
        (role == SERVICE_ROLE + name and name in SERVICE_ROLES.get(service, {}))
        or (role == PLATFORM_ROLE + name and name in PLATFORM_ROLES)
        or (custom is not None and custom.value["service_name"] == service)
    )


def covers(part: JSON, resource: Resource) -> bool:
    """Whether a policy's resource takes in the one asked for: an attribute that isn't named takes in all."""
    asked = resource.attributes()
    for item in part.get("attributes", []):
        value = asked.get(item["key"], "")
        if item.get("operator") == "stringExists":
            continue
        if item.get("operator") == "stringMatch":
            if not wildcard(str(item["value"]), value):
                return False
        elif str(item["value"]) != value:
            return False
    return True


def wildcard(pattern: str, text: str) -> bool:
    """`x*`, `*x`, `*x*` and `x` ([ES] managing_access.md)."""
    head, star, tail = pattern.partition("*")
    if not star:
        return pattern == text
    if head == "" and tail.endswith("*"):
        return tail[:-1] in text
    return len(text) >= len(head) + len(tail) and text.startswith(head) and text.endswith(tail)


def granted(store: Store, iam_id: str, resource: Resource) -> frozenset[str]:
    """All actions that access policies give an identity on a resource."""
    actions: frozenset[str] = frozenset()
    for row in store.table("policies").of(iam_id):
        if row.value["state"] == "active" and covers(row.value["resource"], resource):
            for role in roles_of(row.value):
                actions |= actions_of(store, role, resource.service)
    return actions


def decide(store: Store, source: Resource, target: Resource, *, ignores_accounts: bool = False) -> Decision:
    """Whether Cloud Logs (`source`) may write to a topic of Event Streams (`target`).

    One account ([CL] streaming.md), Writer on the topic and Reader on the cluster ([AT] target_v2_ies.md).
    """
    if source.account != target.account and not ignores_accounts:
        return Decision(is_allowed=False, reason="other account")
    held = list(_authorizations(store, source, target))
    if not held:
        return Decision(is_allowed=False, reason="no authorization")
    topic, cluster = frozenset[str](), frozenset[str]()
    for part, actions in held:
        if covers(part, target):
            topic |= actions
        if covers(part, Resource(target.account, target.service, target.instance, "cluster", "")):
            cluster |= actions
    if "messagehub.topic.write" not in topic:
        return Decision(is_allowed=False, reason="no role with messagehub.topic.write")
    if "messagehub.cluster.read" not in cluster:
        return Decision(is_allowed=False, reason="no role with messagehub.cluster.read")
    return Decision(is_allowed=True, reason="granted, Writer")


def _authorizations(store: Store, source: Resource, target: Resource) -> Iterator[tuple[JSON, frozenset[str]]]:
    for row in store.table("policies").of(f"authorization/{target.account}/{target.service}"):
        subject: dict[str, Any] = row.value["subject"]
        of_target = values_of(row.value["resource"]).get("serviceInstance", target.instance) == target.instance
        if row.value["state"] == "active" and of_target and covers(subject, source):
            actions = (actions_of(store, role, target.service) for role in roles_of(row.value))
            yield row.value["resource"], frozenset().union(*actions)
