"""The resource controller: instances of services, by CRN or GUID."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from levee_infra.local.ibm.account import Fake, may
from levee_infra.local.ibm.authorization import Resource
from levee_infra.local.ibm.routing import JSON, Answer, Call, Refused, Service, link, page_of
from levee_infra.local.ibm.rows import Row

PAGE = 100
GEN2 = "enterprise-gen2"

INSTANCES = Service(
    "resource-controller",
    {
        "RC-IAMUnauthorized": (401, "U: the code"),
        "RC-ForbiddenError": (403, "U: the code"),
        "RC-BadRequest": (400, "U: the code"),
        "RC-DatabaseErrorResponse": (404, "TF#6287"),
    },
    lambda refused, status, trace: {  # TF#6287
        "details": "",
        "error_code": refused.code,
        "message": refused.message,
        "status_code": status,
        "transaction_id": trace,
    },
    "Transaction-Id",
    "RC-BadRequest",
    "RC-IAMUnauthorized",
)


def crn_of(item: Mapping[str, Any]) -> str:
    """The CRN of an instance: ten parts, the last two empty."""
    return f"crn:v1:bluemix:public:{item['service']}:{item['region']}:a/{item['account']}:{item['guid']}::"


def keep_instance(fake: Fake, item: Mapping[str, Any]) -> Row:
    """Keep an instance; one with that GUID there already is replaced."""
    crn, guid, service = crn_of(item), item["guid"], item["service"]
    table = fake.store.table("instances")
    if (old := table.rows.get(guid)) is not None:
        table.remove(old)
    value = {
        "id": crn,
        "guid": guid,
        "crn": crn,
        "url": f"/v2/resource_instances/{guid}",
        "name": item["name"],
        "account_id": item["account"],
        "region_id": item["region"],
        "target_crn": f"crn:v1:bluemix:public:globalcatalog::::deployment:{item['plan']}%3A{item['region']}",
        "resource_id": service,
        "resource_plan_id": item.get("resource_plan_id", item["plan"]),  # U: ids of the catalog
        "state": item.get("state", "active"),
        "type": "service_instance",
        "sub_type": "",
        "created_at": fake.now(),
        "last_operation": {
            "type": "create",
            "state": "succeeded",
            "async": False,
            "cancelable": False,
            "poll": False,
            "description": "",
        },
        "extensions": item.get("extensions", _extensions(fake, item)),
        "locked": False,
    }
    held = {"plan": item["plan"], "service": service}
    return table.add(Row(guid, value, key=crn, group=item["account"], held=held))


def _extensions(fake: Fake, item: Mapping[str, Any]) -> JSON:
    """Where an instance is reached. Gen2 has no `kafka_http_url` (TF#6922)."""
    guid, brokers = item["guid"], item.get("brokers", [])
    if item["service"] == "logs":
        return {"external_ingress": f"{fake.url}/logs-ingress/{guid}"}
    if item["service"] == "messagehub" and item["plan"] == GEN2:
        servers = ",".join(brokers)
        return {"dataservices": {"connection": {"bootstrap_servers": servers, "rest_url": "https://unused.invalid"}}}
    if item["service"] == "messagehub":
        return {"kafka_http_url": f"{fake.url}/event-streams/{guid}", "kafka_brokers_sasl": brokers}
    return {}


@INSTANCES.route("GET", "/v2/resource_instances", "[SDK] list_resource_instances: next_url has `start`", is_list=True)
def _list_instances(call: Call) -> Answer:
    wanted = {
        name: call.query[name] for name in ("guid", "name", "resource_id", "resource_plan_id") if name in call.query
    }
    states = call.query.get("state", "active,provisioning").split(",")
    rows = [
        row.value
        for row in call.fake.store.table("instances").of(call.caller.account)
        if row.is_listed()
        and row.value["state"] in states
        and all(row.value[name] == value for name, value in wanted.items())
        and _is_visible(call, row)
    ]
    page = page_of(call, rows, call.query.get("start", ""), call.number("limit", PAGE))
    body: JSON = {"rows_count": len(page.rows), "next_url": None, "resources": page.rows}
    if page.following is not None:
        body["next_url"] = link(call, start=page.following).removeprefix(call.url)
    return Answer(200, body)


@INSTANCES.route("GET", "/v2/resource_instances/{id}", "[SDK] get_resource_instance: URL-encoded CRN, or GUID")
def _get_instance(call: Call) -> Answer:
    row = call.fake.instance(call.params["id"])
    if row is None or not row.is_seen():
        raise _missing(call)
    if not _is_visible(call, row):
        if call.fake.behaviour.instance_not_yours == 403:
            raise Refused("RC-ForbiddenError", "not authorized")
        raise _missing(call)
    return Answer(200, row.value)


def _missing(call: Call) -> Refused:
    return Refused("RC-DatabaseErrorResponse", f"The resource instance cannot be found: {call.params['id']}")


def _is_visible(call: Call, row: Row) -> bool:
    return may(call, "instance.retrieve", Resource(row.value["account_id"], row.held["service"], row.id))
