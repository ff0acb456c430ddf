"""Requests, answers and routes: what the services have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlencode

if TYPE_CHECKING:
    from levee_infra.local.ibm.account import Caller, Fake
    from levee_infra.local.ibm.rows import Row

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers; `body` None is none."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A refusal by its code, one of the service's `refusals`; `status` is given where a switch decides it."""

    def __init__(self, code: str, message: str, *, status: int | None = None, details: JSON | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.details = code, message, status, details


@dataclass(slots=True)
class Call:
    """One request to one service. `instance` is the GUID in its path, "" for a service of the whole cloud."""

    fake: Fake
    method: str
    path: str
    instance: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    url: str
    """Of the service, as the client knows it."""
    body: JSON = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = None  # type: ignore[assignment]  # set before any handler that needs one
    sees_nothing: bool = False

    def require(self, *names: str, code: str) -> None:
        """Refuse a body that lacks one of `names`."""
        for name in names:
            if self.body.get(name) in (None, ""):
                raise Refused(code, f"'{name}' is required")

    def only(self, *names: str) -> JSON:
        """What the body says of `names`."""
        return {name: self.body[name] for name in names if self.body.get(name) is not None}

    def row(self, table: str, code: str, parameter: str = "id") -> Row:
        """The row that the path names, refused by `code` if there is none."""
        row = self.fake.store.table(table).get(self.params[parameter])
        if row is None:
            raise Refused(code, f"{self.params[parameter]} isn't there")
        return row

    def number(self, name: str, default: int) -> int:
        """A whole number of the query, `default` where it is absent or none."""
        text = self.query.get(name, "")
        return int(text) if text.isdecimal() else default


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers a method at a path, and where that is documented."""

    method: str
    path: str
    handler: Handler
    source: str
    is_open: bool
    """Takes a request without a token."""
    is_list: bool
    pattern: re.Pattern[str]


@dataclass(slots=True)
class Service:
    """A service below `/<name>`, or `/<name>/<guid>` where it has instances."""

    name: str
    refusals: Mapping[str, tuple[int, str]]
    """The HTTP status of a code, and its source."""
    error: Callable[[Refused, int, str], JSON]
    """The body of a refusal, with its status and trace id."""
    trace_header: str
    bad_request: str
    unauthenticated: str
    has_instances: bool = False
    routes: list[Route] = field(default_factory=list)

    def route(
        self, method: str, path: str, source: str, *, is_open: bool = False, is_list: bool = False
    ) -> Callable[[Handler], Handler]:
        """Register a handler. `{name}` in the path is one segment, decoded after it was split off."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "/?")

        def register(handler: Handler) -> Handler:
            self.routes.append(Route(method, path, handler, source, is_open, is_list, pattern))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """The route of a path as it was sent: a CRN's slashes are still encoded."""
        for route in self.routes:
            if route.method == method and (match := route.pattern.fullmatch(path)):
                return route, {name: unquote(value) for name, value in match.groupdict().items()}
        return None


def listed_error(refused: Refused, status: int, trace: str) -> JSON:
    """The shape of a refusal that most services share."""
    details = {"details": refused.details} if refused.details else {}
    return {
        "errors": [{"code": refused.code, "message": refused.message, **details}],
        "trace": trace,
        "status_code": status,
    }


def query_of(text: str) -> Mapping[str, str]:
    """A query string, with the first value of each name."""
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: `following` is where the next one begins, None at the end."""

    rows: list[JSON]
    start: int
    size: int
    total: int
    following: int | None


def page_of(call: Call, rows: list[JSON], start: str, size: int) -> Page:
    """The page that `start`, as the answer before gave it, begins; at most `size` rows."""
    behaviour = call.fake.behaviour
    if behaviour.list_order == "newest":
        rows = rows[::-1]
    if call.sees_nothing:
        rows = []
    size = max(1, min(size, behaviour.page_size or size))
    begin = int(start) if start.isdecimal() else 0
    end = begin + size
    ends = end >= len(rows) or "one-page-only" in call.fake.mutants
    return Page(rows[begin:end], begin, size, len(rows), None if ends else end)


def link(call: Call, **query: object) -> str:
    """The same list from elsewhere on."""
    merged = {**call.query, **{name: str(value) for name, value in query.items()}}
    return f"{call.url}{call.path}?{urlencode(merged)}"
