"""Contract data of IBM's APIs: what a client sent and a server answered is held to it, whoever they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

CONTRACTS = Path(__file__).parent / "ibm"


@dataclass(frozen=True)
class Contract:
    """An OpenAPI document. `prefix` is put before its paths."""

    file: Path
    prefix: str = ""

    @cached_property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.file.read_text())
        return document

    @cached_property
    def operations(self) -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
        """Method, pattern of the path, operation; paths without a parameter first."""
        paths = sorted(self.document["paths"].items(), key=lambda item: "{" in item[0])
        return [
            (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.prefix + path)) + "/?"), operation)
            for path, methods in paths
            for method, operation in methods.items()
            if method != "parameters"
        ]

    def validator(self, schema: Mapping[str, Any]) -> Validator:
        return Draft202012Validator({**schema, "components": self.document["components"]})

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        for known, pattern, operation in self.operations:
            if known == method and pattern.fullmatch(path):
                return operation
        return None


STREAMS = Contract(CONTRACTS / "cloud-logs-streams.openapi.json", "/logs")
SERVICES = Contract(CONTRACTS / "services.openapi.json")


def breaches(record: Mapping[str, Any]) -> Iterator[str]:
    """What of a recorded request and its answer the contracts don't have; without a quote of any body."""
    path = f"/{record['service']}{record['path']}"
    named = f"{record['method']} {path}"
    for contract in (STREAMS, SERVICES):
        if (operation := contract.operation(record["method"], path)) is not None:
            yield from (f"{named}: {breach}" for breach in _sent(contract, operation, record))
            yield from (f"{named}: {breach}" for breach in _answered(contract, operation, record))
            return
    yield f"{named}: no such operation"


def breaches_of(file: Path, *, but: Iterable[str] = ()) -> list[str]:
    """All breaches of a file of recorded requests, except those that hold one of the words of `but`."""
    lines = file.read_text().splitlines() if file.exists() else []
    found = (breach for line in lines for breach in breaches(json.loads(line)))
    return [breach for breach in found if not any(word in breach for word in but)]


def _sent(contract: Contract, operation: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[str]:
    if record["status"] in (400, 422):  # a test that sends what is refused
        return
    parameters = operation.get("parameters", [])
    for place, sent in (("query", record["query"]), ("header", record["headers"])):
        names = {p["name"].lower(): p["required"] for p in parameters if p["in"] == place}
        present = {name.lower() for name in sent}
        yield from (f"{place} lacks {name}" for name, is_needed in names.items() if is_needed and name not in present)
        if place == "query":
            yield from (f"query has {name}" for name in sorted(present - set(names)))
    content = operation.get("requestBody", {}).get("content", {})
    kind = record["headers"].get("content-type", "").partition(";")[0]
    if content and kind not in content:
        yield f"content type {kind!r} instead of {', '.join(content)}"
    elif content:
        yield from _wrong(contract, content[kind]["schema"], record["body"], "body")
    elif record["body"] is not None:
        yield "a body where there is none"


def _answered(contract: Contract, operation: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[str]:
    if record["status"] is None:
        return
    responses, status = operation["responses"], record["status"]
    response = responses.get(str(status), responses.get(f"{status // 100}XX"))
    if response is None:
        yield f"answer {record['status']} isn't documented"
    elif "content" in response:
        schema = response["content"]["application/json"]["schema"]
        yield from _wrong(contract, schema, record["answer"], "answer")


def _wrong(contract: Contract, schema: Mapping[str, Any], value: Any, what: str) -> Iterator[str]:
    for error in contract.validator(schema).iter_errors(value):
        yield f"{what} at /{'/'.join(map(str, error.absolute_path))}: not {error.validator} {error.validator_value!r}"
