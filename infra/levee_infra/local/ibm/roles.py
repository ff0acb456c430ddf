"""IAM's roles: those of a service, and custom ones."""

from __future__ import annotations

import uuid

from levee_infra.local.ibm.account import check_etag, demand, may
from levee_infra.local.ibm.authorization import PLATFORM_ROLE, PLATFORM_ROLES, SERVICE_ROLE, SERVICE_ROLES, Resource
from levee_infra.local.ibm.policies import POLICIES
from levee_infra.local.ibm.routing import JSON, Answer, Call, Refused
from levee_infra.local.ibm.rows import Row


def custom_role(account: str, name: str) -> str:
    """The CRN of a custom role. `U`: no page shows one whole."""
    return f"crn:v1:bluemix:public:iam::a/{account}::customRole:{name}"


@POLICIES.route("GET", "/v2/roles", "[SDK] list_roles; empty for who may not read", is_list=True)
def _list_roles(call: Call) -> Answer:
    service = call.query.get("service_name", "")
    account = call.query.get("account_id", call.caller.account)
    custom = [row.value for row in call.fake.store.table("roles").of(account) if row.is_listed()]
    hidden = call.sees_nothing or not may(call, "role.manage", Resource(account, "iam-access-management"))
    body = {
        "custom_roles": [] if hidden else [r for r in custom if service in ("", r["service_name"])],
        "service_roles": [
            _shown(SERVICE_ROLE + name, name, actions) for name, actions in SERVICE_ROLES.get(service, {}).items()
        ],
        "system_roles": [_shown(PLATFORM_ROLE + name, name, actions) for name, actions in PLATFORM_ROLES.items()],
    }
    return Answer(200, body)


@POLICIES.route("POST", "/v2/roles", "[SDK] create_role: Administrator of Role management, actions of one service")
def _create_role(call: Call) -> Answer:
    call.require("display_name", "actions", "name", "account_id", "service_name", code="invalid_body")
    account, name, service = call.body["account_id"], call.body["name"], call.body["service_name"]
    demand(call, "role.manage", Resource(account, "iam-access-management"), code="insufficent_permissions")
    if not (name.isalnum() and name[0].isupper()):
        raise Refused("invalid_body", "'name' is letters and digits, the first a capital")
    _check_actions(call, service)
    crn = custom_role(account, name)
    table = call.fake.store.table("roles")
    if table.by_key(crn) is not None:
        raise Refused("role_conflict_error", f"there is a role {name}")
    identity, moment = str(uuid.uuid4()), call.fake.now()
    value = {
        "id": identity,
        "display_name": call.body["display_name"],
        "description": call.body.get("description", ""),
        "actions": call.body["actions"],
        "crn": crn,
        "name": name,
        "account_id": account,
        "service_name": service,
        "created_at": moment,
        "created_by_id": call.caller.iam_id,
        "last_modified_at": moment,
        "last_modified_by_id": call.caller.iam_id,
        "href": f"{call.url}/v2/roles/{identity}",
    }
    row = table.add(Row(identity, value, key=crn, group=account))
    return Answer(201, value, {"ETag": row.etag})


@POLICIES.route("GET", "/v2/roles/{id}", "[SDK] get_role")
def _get_role(call: Call) -> Answer:
    row = _row(call)
    return Answer(200, row.value, {"ETag": row.etag})


@POLICIES.route("PUT", "/v2/roles/{id}", "[SDK] replace_role: name, account and service stay")
def _replace_role(call: Call) -> Answer:
    row = _row(call)
    check_etag(call, row, code="request_not_processed", missing="invalid_body")
    call.require("display_name", "actions", code="invalid_body")
    _check_actions(call, row.value["service_name"])
    changes = call.only("display_name", "description", "actions")
    call.fake.store.table("roles").change(row, {**row.value, **changes, "last_modified_at": call.fake.now()})
    return Answer(200, row.value, {"ETag": row.etag})


@POLICIES.route("DELETE", "/v2/roles/{id}", "[SDK] delete_role")
def _delete_role(call: Call) -> Answer:
    call.fake.store.table("roles").remove(_row(call))
    return Answer(204)


def _row(call: Call) -> Row:
    row = call.row("roles", "role_not_found")
    at = Resource(row.value["account_id"], "iam-access-management")
    demand(call, "role.manage", at, code="insufficent_permissions")
    return row


def _check_actions(call: Call, service: str) -> None:
    known = frozenset().union(*SERVICE_ROLES.get(service, {}).values())
    unknown = set(call.body["actions"]) - known
    if unknown or not call.body["actions"]:
        raise Refused("invalid_body", f"not actions of {service}: {', '.join(sorted(unknown)) or 'none given'}")


def _shown(crn: str, name: str, actions: frozenset[str]) -> JSON:
    return {"display_name": name, "description": "", "actions": sorted(actions), "crn": crn}
