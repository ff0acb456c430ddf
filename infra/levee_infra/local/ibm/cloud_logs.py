"""Cloud Logs: an instance's streams, and what is sent to it.

A stream's brokers, topic and authorization aren't looked at when it is made: IBM's own tests make streams to
kafka01.example.com and get 201 ([GO] logs_v0_integration_test.go:742, TF#5913).
"""

from __future__ import annotations

import unicodedata
from typing import Any

from levee_infra.local.ibm.account import demand
from levee_infra.local.ibm.authorization import Resource
from levee_infra.local.ibm.routing import JSON, Answer, Call, Refused, Service, listed_error
from levee_infra.local.ibm.rows import Row, Table

LONGEST = 4096
COMPRESSIONS = ("gzip", "unspecified")
FIELDS = ("name", "dpxl_expression", "is_active", "compression_type", "ibm_event_streams")
LARGEST_INGESTION = 2 * 1024 * 1024
ON_TARGET = frozenset({"brokers", "topic"})


_SHAPE = "U for streams; [GO] logs_v0_dataprime.go:535 has it for queries of the same API"
STREAMS = Service(
    "logs",
    {
        "bad_request_or_unspecified": (400, _SHAPE),
        "unauthenticated": (401, _SHAPE),
        "forbidden": (403, _SHAPE),
        "not_found": (404, _SHAPE),
        "conflict": (409, f"{_SHAPE}; only where the switch duplicate_stream_name refuses"),
    },
    listed_error,
    "X-Request-Id",
    "bad_request_or_unspecified",
    "unauthenticated",
    has_instances=True,
)
INGESTION = Service(
    "logs-ingress",
    STREAMS.refusals,
    listed_error,
    "X-Request-Id",
    "bad_request_or_unspecified",
    "unauthenticated",
    has_instances=True,
)


@STREAMS.route("GET", "/v1/streams", "[GO] logs_v0.go:4935: all of them, no page", is_list=True)
def _list_streams(call: Call) -> Answer:
    _demand(call, "logs.logs-stream-setup.read")
    rows = [] if call.sees_nothing else _table(call).listed()
    ordered = rows[::-1] if call.fake.behaviour.list_order == "newest" else rows
    return Answer(200, {"streams": [row.value for row in ordered]})


@STREAMS.route("POST", "/v1/streams", "[GO] logs_v0.go:4995")
def _create_stream(call: Call) -> Answer:
    _demand(call, "logs.logs-stream-setup.manage")
    body, behaviour = _checked(call), call.fake.behaviour
    table = _table(call)
    refuses = behaviour.duplicate_stream_name == "refused"
    if refuses and table.by_key(body["name"]) is not None:
        raise Refused("conflict", f"there is a stream {body['name']!r}")
    number = call.fake.store.count(f"streams/{call.instance}", behaviour.first_stream_id)
    moment = call.fake.now()
    row = Row(str(number), _stream(call, body, number, moment), key=body["name"] if refuses else "")
    return Answer(201, table.add(row).value)


@STREAMS.route("PUT", "/v1/streams/{id}", "[GO] logs_v0.go:5083: the whole of it anew")
def _replace_stream(call: Call) -> Answer:
    _demand(call, "logs.logs-stream-setup.manage")
    row = _row(call)
    body = _checked(call)
    refuses = call.fake.behaviour.duplicate_stream_name == "refused"
    other = _table(call).by_key(body["name"])
    if refuses and other is not None and other is not row:
        raise Refused("conflict", f"there is a stream {body['name']!r}")
    value = _stream(call, body, row.value["id"], row.value["created_at"])
    _table(call).change(row, value, key=body["name"] if refuses else None)
    return Answer(200, value)


@STREAMS.route("DELETE", "/v1/streams/{id}", "[GO] logs_v0.go:5175")
def _delete_stream(call: Call) -> Answer:
    _demand(call, "logs.logs-stream-setup.manage")
    _table(call).remove(_row(call))
    return Answer(204)


@INGESTION.route("POST", "/logs/v1/singles", "[CL] send-logs-api.md: role Sender, severity 1 to 6, 2 MB")
def _ingest(call: Call) -> Answer:
    demand(call, "logs.data-ingress.send", _instance(call), code="forbidden")
    if len(call.raw) > LARGEST_INGESTION:
        raise Refused("bad_request_or_unspecified", "more than 2 MB")
    given: Any = call.body
    records = given if isinstance(given, list) else [given]
    for record in records:
        if not isinstance(record, dict) or not {"applicationName", "subsystemName"} <= set(record):
            raise Refused("bad_request_or_unspecified", "a record has an applicationName and a subsystemName")
        if record.get("severity", 1) not in range(1, 7):
            raise Refused("bad_request_or_unspecified", "severity is a number from 1 to 6")
    table = call.fake.store.table(f"records/{call.instance}")
    for record in records:
        number = call.fake.store.count(f"records/{call.instance}", 0)
        table.add(Row(str(number), {"severity": 1, **record, "number": number}))
    return Answer(200, {})


def _checked(call: Call) -> JSON:
    """The body of a stream, if it can be one ([TF] resource_ibm_logs_stream.go:88-125)."""
    body, bad = call.body, "bad_request_or_unspecified"
    call.require("name", "dpxl_expression", code=bad)
    unknown = set(body) - set(FIELDS)
    if unknown and call.fake.behaviour.unknown_stream_field == "refused":
        raise Refused(bad, f"unknown: {', '.join(sorted(unknown))}")
    target = body.get("ibm_event_streams")  # it may be absent ([GO] logs_v0.go:18408)
    if target is not None and not (isinstance(target, dict) and set(target) == ON_TARGET):
        raise Refused(bad, "'ibm_event_streams' has brokers and a topic")
    for text in (body["name"], body["dpxl_expression"], *(target or {}).values()):
        if (
            not isinstance(text, str)
            or not 1 <= len(text) <= LONGEST
            or any(unicodedata.category(c) == "Cc" for c in text)
        ):
            raise Refused(bad, f"a text has 1 to {LONGEST} characters, none of them a control character")
    if not body["dpxl_expression"].startswith("<v1>"):  # coralogix/terraform-provider-coralogix CLAUDE.md:76
        raise Refused(bad, "'dpxl_expression' begins with <v1>")
    allowed = (*COMPRESSIONS, "zstd") if "accepts-zstd" in call.fake.mutants else COMPRESSIONS
    if body.get("compression_type", "gzip") not in allowed:
        raise Refused(bad, f"'compression_type' is one of {', '.join(COMPRESSIONS)}")
    if not isinstance(body.get("is_active", False), bool):
        raise Refused(bad, "'is_active' is true or false")
    return call.only(*FIELDS)


def _stream(call: Call, body: JSON, number: int, created: str) -> JSON:
    default = {"is_active": False} if call.fake.behaviour.inactive_reads_back == "false" else {}
    return {"id": number, **default, **body, "created_at": created, "updated_at": call.fake.now()}


def _table(call: Call) -> Table:
    return call.fake.store.table(f"streams/{call.instance}")


def _row(call: Call) -> Row:
    return call.row(f"streams/{call.instance}", "not_found")


def _instance(call: Call) -> Resource:
    row = call.fake.instance(call.instance)
    if row is None or row.held["service"] != "logs":
        raise Refused("not_found", "no such instance")
    return Resource(row.value["account_id"], "logs", row.id)


def _demand(call: Call, action: str) -> None:
    demand(call, action, _instance(call), code="forbidden")
