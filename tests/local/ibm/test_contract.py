"""What holds clients and the played cloud to contract data finds what isn't in it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.ibm_contract import breaches
from tests.support.ibm_lives import STREAM

JSON_HEADERS = {"content-type": "application/json"}
MADE: dict[str, Any] = {
    "service": "logs",
    "instance": "x",
    "method": "POST",
    "path": "/v1/streams",
    "query": {},
    "headers": JSON_HEADERS,
    "body": STREAM,
    "status": 201,
    "answer": {"id": 0, **STREAM},
}
REPLACED: dict[str, Any] = {
    **MADE,
    "service": "iam",
    "method": "PUT",
    "path": "/v2/roles/1",
    "headers": {**JSON_HEADERS, "if-match": "1"},
    "body": {"display_name": "r", "actions": ["a"]},
    "status": 412,
    "answer": {"errors": [{"code": "c", "message": "m"}], "trace": "t"},
}
LISTED: dict[str, Any] = {
    **MADE,
    "service": "iam",
    "method": "GET",
    "path": "/v2/policies",
    "query": {"account_id": "a"},
    "body": None,
    "headers": {},
    "status": 200,
    "answer": {"policies": []},
}


@pytest.mark.parametrize("record", [MADE, REPLACED, LISTED, {**MADE, "status": None, "answer": None}])
def test_what_the_contract_has_is_no_breach(record: dict[str, Any]) -> None:
    assert list(breaches(record)) == []


@pytest.mark.parametrize(
    ("record", "breach"),
    [
        ({**MADE, "body": {**STREAM, "compression_type": "zstd"}}, "body at /compression_type: not enum"),
        ({**MADE, "body": {**STREAM, "apikey": "k"}}, "body at /: not additionalProperties"),
        ({**MADE, "body": {**STREAM, "dpxl_expression": "<v1>\n"}}, "body at /dpxl_expression: not pattern"),
        ({**MADE, "body": None}, "body at /: not type"),
        ({**MADE, "headers": {}}, "content type '' instead of application/json"),
        ({**MADE, "status": 200}, "answer 200 isn't documented"),
        ({**MADE, "answer": {"id": "0", **STREAM}}, "answer at /id: not type"),
        ({**MADE, "path": "/v1/streams/1"}, "POST /logs/v1/streams/1: no such operation"),
        ({**MADE, "method": "DELETE", "path": "/v1/streams/1", "status": 204}, "a body where there is none"),
        ({**REPLACED, "headers": JSON_HEADERS}, "header lacks if-match"),
        ({**REPLACED, "body": {"display_name": "r"}}, "body at /: not required"),
        ({**REPLACED, "answer": {"errors": []}}, "answer at /: not required"),
        ({**LISTED, "query": {}}, "query lacks account_id"),
        ({**LISTED, "query": {"account_id": "a", "color": "red"}}, "query has color"),
    ],
)
def test_what_the_contract_hasnt_is_a_breach(record: dict[str, Any], breach: str) -> None:
    assert any(breach in found for found in breaches(record))
