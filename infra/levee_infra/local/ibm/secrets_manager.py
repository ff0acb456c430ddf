"""Secrets Manager: groups, arbitrary secrets and their versions."""

from __future__ import annotations

import uuid

from levee_infra.local.ibm.account import demand
from levee_infra.local.ibm.authorization import Resource
from levee_infra.local.ibm.routing import JSON, Answer, Call, Refused, Service, link, listed_error, page_of
from levee_infra.local.ibm.rows import Row, Table

PAGE, LARGEST_PAGE = 200, 1000
DEFAULT_GROUP = "default"
WITH_PAYLOAD = 2
"""Versions whose value is kept: the current one and the one before."""

_SHAPE = "U: the code; [SDK] the models of errors aren't in it"
SECRETS = Service(
    "secrets-manager",
    {
        "unauthorized": (401, _SHAPE),
        "forbidden": (403, _SHAPE),
        "bad_request": (400, _SHAPE),
        "not_found": (404, _SHAPE),
        "secret_conflict": (409, f"{_SHAPE}; the status is the switch duplicate_secret"),
        "secret_group_conflict": (409, f"{_SHAPE}; the status is the switch duplicate_secret"),
        "secret_group_not_empty": (409, f"{_SHAPE}; the status is the switch used_group"),
    },
    listed_error,
    "X-Correlation-Id",
    "bad_request",
    "unauthorized",
    has_instances=True,
)


@SECRETS.route("POST", "/api/v2/secret_groups", "[SDK] create_secret_group")
def _create_group(call: Call) -> Answer:
    _demand(call, "secret-group.manage")
    call.require("name", code="bad_request")
    table = _table(call, "groups")
    if call.body["name"] == DEFAULT_GROUP or table.by_key(call.body["name"]) is not None:
        status = call.fake.behaviour.duplicate_secret
        raise Refused("secret_group_conflict", f"there is a group {call.body['name']}", status=status)
    identity, moment = str(uuid.uuid4()), call.fake.now()
    value = {
        "id": identity,
        "name": call.body["name"],
        "description": call.body.get("description", ""),
        "created_at": moment,
        "updated_at": moment,
        "created_by": call.caller.iam_id,
    }
    return Answer(201, table.add(Row(identity, value, key=value["name"])).value)


@SECRETS.route("GET", "/api/v2/secret_groups", "[SDK] list_secret_groups: no page", is_list=True)
def _list_groups(call: Call) -> Answer:
    _demand(call, "secret-group.read")
    rows = [] if call.sees_nothing else [row.value for row in _table(call, "groups").listed()]
    return Answer(200, {"secret_groups": rows, "total_count": len(rows)})


@SECRETS.route("GET", "/api/v2/secret_groups/{id}", "[SDK] get_secret_group")
def _get_group(call: Call) -> Answer:
    _demand(call, "secret-group.read")
    return Answer(200, _row(call, "groups").value)


@SECRETS.route("DELETE", "/api/v2/secret_groups/{id}", "[SDK] delete_secret_group; refused while it has secrets: I")
def _delete_group(call: Call) -> Answer:
    _demand(call, "secret-group.manage")
    row = _row(call, "groups")
    if any(True for _ in _table(call, "secrets").of(row.id)):
        raise Refused("secret_group_not_empty", "it has secrets", status=call.fake.behaviour.used_group)
    _table(call, "groups").remove(row)
    return Answer(204)


@SECRETS.route("POST", "/api/v2/secrets", "[SDK] create_secret, ArbitrarySecretPrototype")
def _create_secret(call: Call) -> Answer:
    _demand(call, "secret.create")
    call.require("name", "payload", code="bad_request")
    if call.body.get("secret_type") != "arbitrary":
        raise Refused("bad_request", "only arbitrary secrets are played here")
    group = call.body.get("secret_group_id", DEFAULT_GROUP)
    if group != DEFAULT_GROUP and _table(call, "groups").rows.get(group) is None:
        raise Refused("bad_request", "no such group")
    table, key = _table(call, "secrets"), f"{group}/{call.body['name']}"
    if table.by_key(key) is not None:
        status = call.fake.behaviour.duplicate_secret
        raise Refused("secret_conflict", f"there is a secret {call.body['name']} in the group", status=status)
    identity, moment = str(uuid.uuid4()), call.fake.now()
    instance = _instance(call)
    value = {
        "id": identity,
        "name": call.body["name"],
        "description": call.body.get("description", ""),
        "secret_type": "arbitrary",
        "secret_group_id": group,
        "crn": f"{instance.value['crn'].removesuffix('::')}:secret:{identity}",
        "created_by": call.caller.iam_id,
        "created_at": moment,
        "updated_at": moment,
        "labels": call.body.get("labels", []),
        "custom_metadata": call.body.get("custom_metadata", {}),
        "state": 1,
        "state_description": "active",
        "downloaded": False,
        "locks_total": 0,
        "versions_total": 0,
    }
    row = table.add(Row(identity, value, key=key, group=group))
    _add_version(call, row)
    return Answer(201, _with_payload(row))


@SECRETS.route("GET", "/api/v2/secrets", "[SDK] list_secrets: offset, limit 200 by default, 1000 at most", is_list=True)
def _list_secrets(call: Call) -> Answer:
    _demand(call, "secrets.list")
    groups = call.query.get("groups", "")
    rows = [
        row.value
        for row in _table(call, "secrets").listed()
        if (not groups or row.value["secret_group_id"] in groups.split(","))
    ]
    size = min(call.number("limit", PAGE), LARGEST_PAGE)
    page = page_of(call, rows, call.query.get("offset", ""), size)
    last = max(0, (page.total - 1) // page.size * page.size)
    body: JSON = {
        "total_count": page.total,
        "limit": page.size,
        "offset": page.start,
        "first": {"href": link(call, offset=0, limit=page.size)},
        "last": {"href": link(call, offset=last, limit=page.size)},
        "secrets": page.rows,
    }
    if page.following is not None:
        body["next"] = {"href": link(call, offset=page.following, limit=page.size)}
    return Answer(200, body)


@SECRETS.route("GET", "/api/v2/secrets/{id}", "[SDK] get_secret")
def _get_secret(call: Call) -> Answer:
    _demand(call, "secret.read")
    return Answer(200, _with_payload(_row(call, "secrets")))


@SECRETS.route("GET", "/api/v2/secrets/{id}/metadata", "[SDK] get_secret_metadata")
def _get_metadata(call: Call) -> Answer:
    _demand(call, "secrets.list")
    return Answer(200, _row(call, "secrets").value)


@SECRETS.route("DELETE", "/api/v2/secrets/{id}", "[SDK] delete_secret")
def _delete_secret(call: Call) -> Answer:
    _demand(call, "secret.delete")
    _table(call, "secrets").remove(_row(call, "secrets"))
    return Answer(204)


@SECRETS.route(
    "GET", "/api/v2/secret_groups/{group}/secret_types/{type}/secrets/{name}", "[SDK] get_secret_by_name_type"
)
def _get_by_name(call: Call) -> Answer:
    _demand(call, "secret.read")
    group = _table(call, "groups").by_key(call.params["group"])
    home = group.id if group else DEFAULT_GROUP if call.params["group"] == DEFAULT_GROUP else ""
    found = _table(call, "secrets").by_key(f"{home}/{call.params['name']}")
    row = _table(call, "secrets").get(found.id) if found else None
    if row is None or call.params["type"] != row.value["secret_type"]:
        raise Refused("not_found", "no such secret")
    return Answer(200, _with_payload(row))


@SECRETS.route("POST", "/api/v2/secrets/{id}/versions", "[SDK] create_secret_version")
def _create_version(call: Call) -> Answer:
    _demand(call, "secret.update")
    call.require("payload", code="bad_request")
    row = _row(call, "secrets")
    _add_version(call, row)
    return Answer(201, _versions(row, with_payload=True)[-1])


@SECRETS.route("GET", "/api/v2/secrets/{id}/versions", "[SDK] list_secret_versions: no page", is_list=True)
def _list_versions(call: Call) -> Answer:
    _demand(call, "secrets.list")
    rows = [] if call.sees_nothing else _versions(_row(call, "secrets"), with_payload=False)
    return Answer(200, {"versions": rows, "total_count": len(rows)})


@SECRETS.route("GET", "/api/v2/secrets/{id}/versions/{version}", "[SDK] get_secret_version: its id, current, previous")
def _get_version(call: Call) -> Answer:
    _demand(call, "secret.read")
    for version in _versions(_row(call, "secrets"), with_payload=True):
        if call.params["version"] in (version["id"], version.get("alias")):
            return Answer(200, version)
    raise Refused("not_found", "no such version")


def _add_version(call: Call, row: Row) -> None:
    moment, versions = call.fake.now(), [*(row.held or [])]
    versions.append(
        {"id": str(uuid.uuid4()), "created_at": moment, "by": call.caller.iam_id, "payload": call.body["payload"]}
    )
    row.held = [
        {**v, "payload": v["payload"] if n >= len(versions) - WITH_PAYLOAD else None} for n, v in enumerate(versions)
    ]
    _table(call, "secrets").change(row, {**row.value, "versions_total": len(versions), "updated_at": moment})


def _versions(row: Row, *, with_payload: bool) -> list[JSON]:
    shown = []
    for behind, kept in enumerate(reversed(row.held)):
        version = {
            "id": kept["id"],
            "secret_id": row.id,
            "secret_name": row.value["name"],
            "secret_type": "arbitrary",
            "secret_group_id": row.value["secret_group_id"],
            "created_at": kept["created_at"],
            "created_by": kept["by"],
            "auto_rotated": False,
            "downloaded": False,
            "payload_available": kept["payload"] is not None,
            "version_custom_metadata": {},
        }
        version |= {"alias": ("current", "previous")[behind]} if behind < WITH_PAYLOAD else {}
        version |= {"payload": kept["payload"]} if with_payload and kept["payload"] is not None else {}
        shown.append(version)
    return shown[::-1]


def _with_payload(row: Row) -> JSON:
    return {**row.value, "payload": row.held[-1]["payload"]}


def _table(call: Call, name: str) -> Table:
    return call.fake.store.table(f"{name}/{call.instance}")


def _row(call: Call, name: str) -> Row:
    return call.row(f"{name}/{call.instance}", "not_found")


def _instance(call: Call) -> Row:
    row = call.fake.instance(call.instance)
    if row is None or row.held["service"] != "secrets-manager":
        raise Refused("not_found", "no such instance")
    return row


def _demand(call: Call, action: str) -> None:
    row = _instance(call)
    at = Resource(row.value["account_id"], "secrets-manager", row.id)
    demand(call, f"secrets-manager.{action}", at, code="forbidden")
