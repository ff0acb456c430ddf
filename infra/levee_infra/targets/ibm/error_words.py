"""What IBM says of an error: its services name code, message and trace in three or four ways."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LONGEST: Final = 500
"""Characters of IBM's own words."""

_TRACE_HEADERS: Final = ("X-Global-Transaction-Id", "Transaction-Id", "X-Correlation-Id", "X-Request-Id")
_TRACES: Final = ("trace", "incident_id", "transaction_id", "requestId")
_CODES: Final = ("code", "error_code", "errorCode")
_MESSAGES: Final = ("message", "errorMessage", "error_description")


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """`code` and `trace` are ``unknown`` where IBM names none; `details` is the first error whole."""

    code: str
    message: str
    trace: str
    details: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.code}, transaction {self.trace}"


def error_words(headers: Mapping[str, str], content: bytes) -> ErrorWords:
    """Read the answer to a failed request; whatever came, this doesn't raise.

    Sources: IAM policies `{"errors":[{"code","message","details"}],"trace"}`, Event Streams
    `{"error_code","message","incident_id"}`, IAM tokens `{"errorCode","errorMessage"}`.
    """
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = {}
    body = body if isinstance(body, Mapping) else {}
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else body
    trace = _first(body, _TRACES) or _first(headers, _TRACE_HEADERS)
    message = " ".join((_first(first, _MESSAGES) or _first(body, _MESSAGES)).split())
    return ErrorWords(_first(first, _CODES) or "unknown", message[:LONGEST].rstrip("."), trace or "unknown", first)


def _first(found: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(found[name]) for name in names if isinstance(found.get(name), str | int)), "")
