"""IAM's identities: tokens, service IDs and API keys."""

from __future__ import annotations

import secrets
import uuid

from levee_infra.local.ibm.account import Caller, Fake, check_etag, demand, digest, expired, may
from levee_infra.local.ibm.authorization import Resource
from levee_infra.local.ibm.routing import JSON, Answer, Call, Refused, Service, link, page_of, query_of
from levee_infra.local.ibm.rows import Row

GRANT = "urn:ibm:params:oauth:grant-type:apikey"
SHORTEST_KEY = 32
PAGE, LARGEST_PAGE = 20, 100

TOKENS = Service(
    "iam",
    {
        "BXNIM0415E": (400, "IBM/python-sdk-core test/test_mcspv2_token_manager.py: 400 for a key that isn't known"),
        "BXNIM0109E": (400, "U: another grant"),
    },
    lambda refused, _status, trace: {
        "errorCode": refused.code,
        "errorMessage": refused.message,
        "context": {"requestId": trace},
    },
    "Transaction-Id",
    "BXNIM0109E",
    "BXNIM0415E",
)
IDENTITIES = Service(
    "iam",
    {
        "invalid_token": (401, "U: the code; [SDK] ExceptionResponse is the shape"),
        "forbidden": (403, "U: the code"),
        "bad_request": (400, "U: the code"),
        "not_found": (404, "U: the code"),
        "conflict": (409, "U: the code; the status is the switch stale_if_match"),
    },
    lambda refused, status, trace: {
        "status_code": str(status),
        "errors": [{"code": refused.code, "message_code": "BXNIM", "message": refused.message}],
        "trace": trace,
    },
    "Transaction-Id",
    "bad_request",
    "invalid_token",
)


@TOKENS.route("POST", "/identity/token", "[SDK] IAMTokenManager; claim account.bss by [TF]config.go:4303", is_open=True)
def _make_token(call: Call) -> Answer:
    form = query_of(call.raw.decode())
    if form.get("grant_type") != GRANT:
        raise Refused("BXNIM0109E", "grant_type isn't known")
    row = call.fake.store.table("api_keys").by_key(digest(form.get("apikey", "")))
    if row is None or row.value["disabled"] or expired(row.value.get("expires_at", ""), call.fake.clock):
        raise Refused("BXNIM0415E", "Provided API key could not be found.")
    caller = Caller(row.value["iam_id"], row.value["account_id"], row.held["is_owner"])
    life = call.fake.behaviour.token_seconds
    answer = {
        "access_token": call.fake.token(caller),
        "refresh_token": "not_supported",
        "token_type": "Bearer",
        "expires_in": life,
        "expiration": call.fake.seconds() + life,
        "scope": "ibm openid",
    }
    return Answer(200, answer)


@TOKENS.route(
    "GET", "/identity/keys", "https://iam.cloud.ibm.com/identity/.well-known/openid-configuration", is_open=True
)
def _keys(call: Call) -> Answer:
    return Answer(200, call.fake.keys())


def keep_key(fake: Fake, caller: Caller, given: JSON, *, is_owner: bool = False) -> Row:
    """Keep an API key of an identity. Its value is the caller's, or made here."""
    table = fake.store.table("api_keys")
    key = given.get("apikey") or secrets.token_urlsafe(33)
    if len(key) < SHORTEST_KEY:  # [SDK] create_api_key
        raise Refused("bad_request", f"'apikey' has fewer than {SHORTEST_KEY} characters")
    if table.by_key(digest(key)) is not None:  # [SDK] create_api_key: it is checked for uniqueness
        raise Refused("bad_request", "'apikey' isn't unique")
    identity = f"ApiKey-{uuid.uuid4()}"
    value = {
        "id": identity,
        "entity_tag": "",
        "crn": f"crn:v1:bluemix:public:iam-identity::a/{caller.account}::apikey:{identity}",
        "locked": False,
        "disabled": given.get("entity_disable") in ("true", True),
        "created_at": fake.now(),
        "created_by": caller.iam_id,
        "modified_at": fake.now(),
        "name": given["name"],
        "support_sessions": False,
        "action_when_leaked": given.get("action_when_leaked", "none"),
        "description": given.get("description", ""),
        "iam_id": caller.iam_id,
        "account_id": caller.account,
        "apikey": key,
        "expires_at": given.get("expires_at", ""),
    }
    held = {"is_owner": is_owner, "stored": key if given.get("store_value") else ""}
    row = Row(identity, value, key=digest(key), group=caller.iam_id, held=held)
    value["entity_tag"] = row.etag
    table.add(row)
    shown = {**value}
    value["apikey"] = held["stored"]
    return Row(identity, shown)


@IDENTITIES.route("POST", "/v1/apikeys", "[SDK] create_api_key: names aren't unique, values are, 32 characters or more")
def _create_key(call: Call) -> Answer:
    call.require("name", "iam_id", code="bad_request")
    service_id = call.fake.store.table("service_ids").by_key(call.body["iam_id"])
    account = service_id.value["account_id"] if service_id else call.caller.account
    if service_id is None and call.body["iam_id"] != call.caller.iam_id:
        raise Refused("not_found", "no such identity")
    if service_id is not None:
        _demand(call, "apikey.write", account)
    elif call.body.get("store_value"):
        raise Refused("bad_request", "API keys of users can't be stored")
    made = keep_key(call.fake, Caller(call.body["iam_id"], account), call.body)
    return Answer(201, made.value, {"ETag": made.value["entity_tag"]})


@IDENTITIES.route("GET", "/v1/apikeys", "[SDK] list_api_keys: 20 a page, 100 at most", is_list=True)
def _list_keys(call: Call) -> Answer:
    table = call.fake.store.table("api_keys")
    wanted = call.query.get("iam_id", call.caller.iam_id)
    account = call.query.get("account_id", call.caller.account)
    rows = table.listed() if call.query.get("scope") == "account" else [r for r in table.of(wanted) if r.is_listed()]
    return _listed(call, "apikeys", [r for r in rows if r.value["account_id"] == account])


@IDENTITIES.route("GET", "/v1/apikeys/details", "[SDK] get_api_keys_details: by its value, in a header")
def _key_details(call: Call) -> Answer:
    row = call.fake.store.table("api_keys").by_key(digest(call.headers.get("iam-apikey", "")))
    if row is None or row.value["account_id"] != call.caller.account:
        raise Refused("not_found", "no such API key")
    return Answer(200, row.value)


@IDENTITIES.route("POST", "/v1/serviceids/", "[SDK] create_service_id: names aren't unique")
def _create_service_id(call: Call) -> Answer:
    call.require("account_id", "name", code="bad_request")
    _demand(call, "serviceid.write", call.body["account_id"])
    identity = f"ServiceId-{uuid.uuid4()}"
    value = {
        "id": identity,
        "iam_id": f"iam-{identity}",
        "entity_tag": "",
        "crn": f"crn:v1:bluemix:public:iam-identity::a/{call.body['account_id']}::serviceid:{identity}",
        "locked": False,
        "created_at": call.fake.now(),
        "modified_at": call.fake.now(),
        "account_id": call.body["account_id"],
        "name": call.body["name"],
        "description": call.body.get("description", ""),
        "unique_instance_crns": call.body.get("unique_instance_crns", []),
    }
    row = Row(identity, value, key=value["iam_id"], group=value["account_id"])
    value["entity_tag"] = row.etag
    wanted, shown = call.body.get("apikey"), dict(value)
    if wanted:
        shown["apikey"] = keep_key(call.fake, Caller(value["iam_id"], value["account_id"]), wanted).value
    call.fake.store.table("service_ids").add(row)
    return Answer(201, shown, {"ETag": row.etag})


@IDENTITIES.route("GET", "/v1/serviceids/", "[SDK] list_service_ids: 20 a page, 100 at most", is_list=True)
def _list_service_ids(call: Call) -> Answer:
    account, name = call.query.get("account_id", call.caller.account), call.query.get("name")
    rows = [r for r in call.fake.store.table("service_ids").of(account) if r.is_listed()]
    return _listed(call, "serviceids", [r for r in rows if name in (None, r.value["name"])])


def _demand(call: Call, action: str, account: str) -> None:
    demand(call, action, Resource(account, "iam-identity"), code="forbidden")


def _serve(path: str, table: str, kind: str, changeable: tuple[str, ...]) -> None:
    """What both kinds of things have in common once they are made. Their own identity may always."""

    def find(call: Call, action: str) -> Row:
        row = call.row(table, "not_found")
        if row.value["iam_id"] != call.caller.iam_id:
            _demand(call, f"{kind}.{action}", row.value["account_id"])
        return row

    def get(call: Call) -> Answer:
        row = find(call, "get")
        return Answer(200, row.value, {"ETag": row.etag})

    def update(call: Call) -> Answer:
        row = find(call, "write")
        check_etag(call, row, code="conflict", missing="bad_request")
        changed = {**row.value, **call.only(*changeable), "modified_at": call.fake.now()}
        call.fake.store.table(table).change(row, changed)
        row.value["entity_tag"] = row.etag
        return Answer(200, row.value, {"ETag": row.etag})

    def delete(call: Call) -> Answer:
        row, keys = find(call, "write"), call.fake.store.table("api_keys")
        for key in list(keys.of(row.value["iam_id"]) if kind == "serviceid" else ()):
            keys.remove(key)
        call.fake.store.table(table).remove(row)
        return Answer(204)

    IDENTITIES.route("GET", path, f"[SDK] get_{table}")(get)
    IDENTITIES.route("PUT", path, f"[SDK] update_{table}")(update)
    IDENTITIES.route("DELETE", path, f"[SDK] delete_{table}; U: a service ID's keys go with it, tokens hold on")(delete)


_serve("/v1/apikeys/{id}", "api_keys", "apikey", ("name", "description", "action_when_leaked", "expires_at"))
_serve("/v1/serviceids/{id}", "service_ids", "serviceid", ("name", "description", "unique_instance_crns"))


def _listed(call: Call, name: str, rows: list[Row]) -> Answer:
    kind = "apikey.get" if name == "apikeys" else "serviceid.get"
    account = call.query.get("account_id", call.caller.account)
    own = [r.value for r in rows if r.value["iam_id"] == call.caller.iam_id]
    page = page_of(
        call,
        [r.value for r in rows] if may(call, kind, Resource(account, "iam-identity")) else own,
        call.query.get("pagetoken", ""),
        min(call.number("pagesize", PAGE), LARGEST_PAGE),
    )
    body: JSON = {"offset": page.start, "limit": page.size, "first": link(call), name: page.rows}
    if page.following is not None:
        body["next"] = link(call, pagetoken=page.following)
    return Answer(200, body)
