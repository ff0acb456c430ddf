"""IAM's policies in their two shapes, access and authorization, and custom roles."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping

from levee_infra.local.ibm.account import Fake, check_etag, demand, may
from levee_infra.local.ibm.authorization import (
    RANKED,
    SERVICE_ROLE,
    Resource,
    actions_of,
    granted,
    has_role,
    roles_of,
    values_of,
)
from levee_infra.local.ibm.routing import JSON, Answer, Call, Refused, Service, link, listed_error, page_of
from levee_infra.local.ibm.rows import Row

PAGE = 100
SUBJECT_KEYS = frozenset(
    {"serviceName", "serviceInstance", "region", "resourceType", "resource", "accountId", "resourceGroupId"}
)
LONGEST = 1000

POLICIES = Service(
    "iam",
    {
        "invalid_token": (401, "[SDK] ErrorObject.CodeEnum"),
        "insufficent_permissions": (403, "[SDK] ErrorObject.CodeEnum, spelt so"),
        "invalid_body": (400, "[SDK] ErrorObject.CodeEnum"),
        "missing_required_query_parameter": (400, "[SDK] ErrorObject.CodeEnum"),
        "policy_not_found": (404, "[SDK] ErrorObject.CodeEnum"),
        "role_not_found": (404, "[SDK] ErrorObject.CodeEnum"),
        "policy_conflict_error": (409, "[SDK] ErrorObject.CodeEnum; details by TF#5565, TF#4554"),
        "role_conflict_error": (409, "[SDK] ErrorObject.CodeEnum"),
        "request_not_processed": (412, "U: the code; the status is the switch stale_if_match"),
    },
    listed_error,
    "Transaction-Id",
    "invalid_body",
    "invalid_token",
)


def keep_policy(fake: Fake, maker: str, account: str, body: JSON) -> Row:
    """Keep a policy of version 2 whose attributes have no other yet."""
    moment = fake.now()
    value = {
        **body,
        "href": f"{fake.url}/iam/v2/policies/{body['id']}",
        "created_at": moment,
        "created_by_id": maker,
        "last_modified_at": moment,
        "last_modified_by_id": maker,
        "state": "active",
    }
    row = Row(value["id"], value, key=_key(fake, value), group=_group(value), held=account)
    return fake.store.table("policies").add(row)


def _serve(version: str, read: Callable[[JSON], JSON], show: Callable[[JSON], JSON]) -> None:
    """The routes of one shape: both are the same policies, by the same ids ([TF] makes by v2 and deletes by v1)."""
    path, name = f"/{version}/policies", "v2_policy" if version == "v2" else "policy"

    def answer(status: int, row: Row) -> Answer:
        return Answer(status, show(row.value), {"ETag": row.etag})

    def listed(call: Call) -> Answer:
        page = page_of(call, _listed(call), call.query.get("start", ""), call.number("limit", PAGE))
        body: JSON = {"limit": page.size, "first": {"href": link(call)}, "policies": [show(v) for v in page.rows]}
        if page.following is not None:
            start = str(page.following)
            body["next"] = {"href": link(call, start=start), "start": start}
        return Answer(200, body)

    route = POLICIES.route
    route("POST", path, f"[SDK] create_{name}; authorizations in v1 by [ACC] known-issues.md, in v2 by [TF]")(
        lambda call: answer(201, _make(call, read(call.body)))
    )
    route("GET", path, f"[SDK] list_{name}: paged, and empty for who may read none", is_list=True)(listed)
    route("GET", f"{path}/{{id}}", f"[SDK] get_{name}")(lambda call: answer(200, _row(call)))
    route("PUT", f"{path}/{{id}}", f"[SDK] replace_{name}: If-Match is required")(
        lambda call: answer(200, _replace(call, read(call.body)))
    )
    route("DELETE", f"{path}/{{id}}", f"[SDK] delete_{name}: it stays readable by `state`")(_delete)


def _delete(call: Call) -> Answer:
    """Another may take its place."""
    row = _row(call)
    if row.value["state"] == "deleted":
        raise Refused("policy_not_found", "it is deleted already")
    table = call.fake.store.table("policies")
    table.change(row, {**row.value, "state": "deleted", "last_modified_at": call.fake.now()})
    table.free(row)
    return Answer(204)


def _make(call: Call, body: JSON) -> Row:
    account = _check(call, body)
    kept = _cut(call, account, body)
    other = call.fake.store.table("policies").by_key(_key(call.fake, kept))
    if other is not None:
        raise _conflict(call.fake, other)
    return keep_policy(call.fake, call.caller.iam_id, account, {**kept, "id": str(uuid.uuid4())})


def _replace(call: Call, body: JSON) -> Row:
    row = _row(call)
    if row.value["state"] == "deleted":
        raise Refused("policy_not_found", "it is deleted")
    check_etag(call, row, code="request_not_processed", missing="invalid_body")
    kept = _cut(call, _check(call, body), body)
    key = _key(call.fake, kept)
    table = call.fake.store.table("policies")
    other = table.by_key(key)
    if other is not None and other is not row:
        raise _conflict(call.fake, other)
    if _group(kept) != row.group:
        raise Refused("invalid_body", "a policy keeps its subject and target")  # U; [TF] makes it anew
    stays = {name: row.value[name] for name in ("id", "href", "created_at", "created_by_id", "state")}
    by = {"last_modified_at": call.fake.now(), "last_modified_by_id": call.caller.iam_id}
    table.change(row, {**kept, **stays, **by}, key=key)
    return row


def _check(call: Call, body: JSON) -> str:
    """Refuse a policy that can't be; the account it is of."""
    subject, resource = values_of(body.get("subject")), values_of(body.get("resource"))
    kind, account, service = body.get("type"), resource.get("accountId", ""), resource.get("serviceName", "")
    bad = [
        *(["type"] if kind not in ("access", "authorization") else []),
        *(["resource.accountId"] if not account else []),
        *(["resource.serviceName"] if not {"serviceName", "serviceType", "resourceGroupId"} & set(resource) else []),
        *(["subject.iam_id"] if kind == "access" and not subject.get("iam_id") else []),
        *(
            ["a value's length"]
            if not all(1 <= len(v) <= LONGEST for v in (*subject.values(), *resource.values()))
            else []
        ),
    ]
    if kind == "authorization":  # [SDK] create_policy: both sides must include accountId
        bad += ["subject.accountId"] if not subject.get("accountId") else []
        bad += ["subject.serviceName"] if not {"serviceName", "resourceGroupId"} & set(subject) else []
        bad += [f"subject.{key}" for key in sorted(set(subject) - SUBJECT_KEYS)]
    roles = roles_of(body) if body.get("control", {}).get("grant", {}).get("roles") else []
    if bad or not roles:
        raise Refused("invalid_body", f"missing or wrong: {', '.join(bad or ['control.grant.roles'])}")
    for role in roles:
        if not has_role(call.fake.store, role, service) and service:
            raise Refused("role_not_found", f"{role} isn't a role of {service}")
    demand(call, "policy.manage", Resource(account, service, resource.get("serviceInstance", "")), code=_FORBIDDEN)
    return account


def _cut(call: Call, account: str, body: JSON) -> JSON:
    """What is stored: who grants more than they hold sees success ([CL] iam-service-auth-es.md)."""
    fault = call.fake.take("cut", "iam", call.method, call.path)
    roles = roles_of(body)
    resource = values_of(body["resource"])
    at = Resource(account, resource.get("serviceName", ""), resource.get("serviceInstance", ""))
    if fault is not None:
        roles = [SERVICE_ROLE + fault.role]
    elif not call.caller.is_owner:
        held = granted(call.fake.store, call.caller.iam_id, at)
        roles = [_most(call.fake, role, at.service, held) for role in roles]
    names = ("type", "description", "subject", "resource", "pattern", "rule")
    kept: JSON = {name: body[name] for name in names if body.get(name) is not None}
    return {**kept, "control": {"grant": {"roles": [{"role_id": role} for role in dict.fromkeys(roles)]}}}


def _most(fake: Fake, role: str, service: str, held: frozenset[str]) -> str:
    if actions_of(fake.store, role, service) <= held:
        return role
    for name in RANKED:
        lesser = SERVICE_ROLE + name
        if has_role(fake.store, lesser, service) and actions_of(fake.store, lesser, service) <= held:
            return lesser
    raise Refused(_FORBIDDEN, f"the caller holds nothing of {role}")


_FORBIDDEN = "insufficent_permissions"


def _row(call: Call) -> Row:
    row = call.row("policies", "policy_not_found")
    if row.value["state"] == "deleted" and call.fake.behaviour.policy_after_delete == "404":
        raise Refused("policy_not_found", f"no policy {call.params['id']}")
    if not _is_readable(call, row):
        raise Refused(_FORBIDDEN, "the caller may not read it")
    return row


def _is_readable(call: Call, row: Row) -> bool:
    """Users see their own policies; those on a target its Administrator ([CL] iam-service-auth.md)."""
    resource = values_of(row.value["resource"])
    at = Resource(row.held, resource.get("serviceName", ""), resource.get("serviceInstance", ""))
    is_own = values_of(row.value["subject"]).get("iam_id") == call.caller.iam_id and call.method == "GET"
    return is_own or may(call, "policy.manage", at)


def _listed(call: Call) -> list[JSON]:
    if "account_id" not in call.query:
        raise Refused("missing_required_query_parameter", "account_id is required")
    query = {"state": "active", **call.query}
    asked = {name: query[name] for name in ("type", "state", "iam_id", "service_name") if name in query}
    return [
        row.value
        for row in call.fake.store.table("policies").listed()
        if row.held == call.query["account_id"]
        and asked.items() <= _filtered(row.value).items()
        and _is_readable(call, row)
    ]


def _filtered(value: JSON) -> JSON:
    """What a list is asked by."""
    iam_id, service = values_of(value["subject"]).get("iam_id"), values_of(value["resource"]).get("serviceName")
    return {"type": value["type"], "state": value["state"], "iam_id": iam_id, "service_name": service}


def _conflict(fake: Fake, other: Row) -> Refused:
    policy = other.value if fake.behaviour.conflicting_policy_as == "object" else json.dumps(other.value)
    details = {"conflicts_with": {"etag": other.etag, "policy": policy}}
    return Refused("policy_conflict_error", "there is a policy with these attributes", details=details)


def _key(fake: Fake, value: JSON) -> str:
    """What makes two policies the same."""
    sides = {
        side: sorted(
            (item["key"], item.get("operator", "stringEquals"), item["value"])
            for item in value.get(side, {}).get("attributes", [])
        )
        for side in ("subject", "resource")
    }
    roles = sorted(roles_of(value)) if fake.behaviour.same_attributes_other_role == "accepted" else []
    return json.dumps([value["type"], sides, roles, value.get("rule")])


def _group(value: JSON) -> str:
    if value["type"] == "access":
        return values_of(value["subject"]).get("iam_id", "")
    target = values_of(value["resource"])
    return f"authorization/{target['accountId']}/{target.get('serviceName', '')}"


def _from_v1(body: JSON) -> JSON:
    """The older shape in the newer."""

    def side(parts: list[JSON] | None) -> JSON:
        items = (parts or [{}])[0].get("attributes", [])
        return {
            "attributes": [
                {"key": i["name"], "operator": i.get("operator", "stringEquals"), "value": i["value"]} for i in items
            ]
        }

    roles = [{"role_id": role["role_id"]} for role in body.get("roles", [])]
    rest: JSON = {name: body[name] for name in ("type", "description") if name in body}
    sides = {"subject": side(body.get("subjects")), "resource": side(body.get("resources"))}
    return {**rest, **sides, "control": {"grant": {"roles": roles}}}


def _to_v1(value: JSON) -> JSON:
    """The newer shape in the older."""

    def side(part: JSON, *, says_operator: bool) -> list[JSON]:
        return [
            {
                "attributes": [
                    {"name": i["key"], "value": i["value"], **({"operator": i["operator"]} if says_operator else {})}
                    for i in part["attributes"]
                ]
            }
        ]

    rest: Mapping[str, object] = {k: v for k, v in value.items() if k not in ("control", "subject", "resource", "href")}
    return {
        **rest,
        "subjects": side(value["subject"], says_operator=False),
        "roles": [{"role_id": role} for role in roles_of(value)],
        "resources": side(value["resource"], says_operator=True),
        "href": value["href"].replace("/v2/", "/v1/"),
    }


_serve("v2", lambda body: body, lambda value: value)
_serve("v1", _from_v1, _to_v1)
