"""A file with a line for each request and its answer, without secrets: tests hold them to contract data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from levee_infra.local.ibm.routing import Answer, Call, query_of

SECRET: Final = frozenset({"apikey", "payload", "password", "access_token", "refresh_token"})
SHOWN_HEADERS: Final = frozenset({"accept", "content-type", "if-match", "user-agent"})
HIDDEN: Final = "*" * 44
"""As long as what an API key has to be, so that a schema's limits still hold."""


def hidden(value: Any) -> Any:
    """A body with what is secret in it replaced."""
    if isinstance(value, dict):
        return {k: HIDDEN if k in SECRET and isinstance(v, str) and v else hidden(v) for k, v in value.items()}
    return [hidden(item) for item in value] if isinstance(value, list) else value


def line_of(call: Call, service: str, answer: Answer | None) -> str:
    """One request; `answer` is None where none was given."""
    record = {
        "service": service,
        "instance": call.instance,
        "method": call.method,
        "path": call.path,
        "query": dict(call.query),
        "headers": {name: value if name in SHOWN_HEADERS else "***" for name, value in call.headers.items()},
        "body": hidden(_body_of(call)),
        "status": answer.status if answer else None,
        "answer": hidden(answer.body) if answer else None,
    }
    return json.dumps(record) + "\n"


def _body_of(call: Call) -> Any:
    """What was sent, read again: a request that is refused for its token isn't read before."""
    if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(query_of(call.raw.decode(errors="replace")))
    try:
        return json.loads(call.raw) if call.raw else None
    except (ValueError, RecursionError):
        return {"unreadable": len(call.raw)}


def append(path: Path, line: str) -> None:
    """Add a line; the file is its owner's."""
    if not path.exists():
        path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        file.write(line)
