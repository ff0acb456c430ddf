"""The building blocks of schemas: kinds of values as cerberus rules, and the checks behind them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from levee.model.origin import Path
from levee.model.problem import Part

Rules = dict[str, Any]
Fields = dict[str, Rules]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a check says of a value, or of what `at` leads to inside it. `secret`: that is one, and never shown."""

    message: str
    help: str = ""
    id: str = "bad-value"
    at: Path = ()
    part: Part = Part.VALUE
    secret: bool = False


Report = Callable[[str, Complaint], None]
Check = Callable[[str, Any, Report], None]


def field(kind: Rules, example: str, *, required: bool = False) -> Rules:
    """A key that takes a value of this kind; `example` is a value as it would be written after `key: `."""
    return {**kind, "required": required, "meta": {**kind.get("meta", {}), "example": example}}


def sensitive(kind: Rules, secrets_of: Callable[[dict[str, Any]], Iterable[str]] | None = None) -> Rules:
    """The same, of which no refused value is ever shown: it is or holds a login, or says where a secret is.

    `secrets_of` names the secrets that such a mapping says the places of, each by `<secret>_file` or `<secret>_env`.
    """
    named_ = {} if secrets_of is None else {"secrets_of": secrets_of}
    return {**kind, "meta": {**kind.get("meta", {}), "secret": True, **named_}}


def text(check: Check | None = None, *, most: int = 200) -> Rules:
    """One line of text of at most that many characters."""
    return {"type": "string", "empty": False, "maxlength": most, "check_with": check or _one_line}


def choice(values: type[StrEnum] | Iterable[str]) -> Rules:
    """One of these words."""
    return {"type": "string", "allowed": [str(value) for value in values]}


def whole(least: int, most: int) -> Rules:
    """A whole number within these bounds, themselves allowed."""
    return {"type": "integer", "min": least, "max": most}


def mapping(fields: Fields) -> Rules:
    """A mapping with these keys."""
    return {"type": "dict", "schema": fields}


def named(kind: Rules, key_problem: Callable[[str], str | None]) -> Rules:
    """A mapping from names that its author chooses to values of one kind."""
    return {"type": "dict", "check_with": _keys(key_problem), "valuesrules": kind}


def several(kind: Rules, *, least: int = 0) -> Rules:
    """A list of values of one kind, none of them twice."""
    return {"type": "list", "minlength": least, "schema": kind, "check_with": _no_repeats}


FLAG: Final[Rules] = {"type": "boolean"}


def parsed(parse: Callable[[str], object]) -> Check:
    """A check that takes what `parse` takes. Its ValueError's text is `what is wrong; what to write instead`."""

    def check(name: str, value: object, report: Report) -> None:
        if not isinstance(value, str):
            return
        try:
            parse(value)
        except ValueError as problem:
            message, _, hint = str(problem).partition("; ")
            report(name, Complaint(message, hint))

    return check


def free_of(problem: Callable[[str], str | None], *, shown: bool = True) -> Check:
    """A check that takes what `problem` finds nothing wrong with.

    Its text reads on after the value, or after `the value` where a value that may be a secret must not be shown.
    """

    def check(name: str, value: object, report: Report) -> None:
        if isinstance(value, str) and value and (found := problem(value)) is not None:
            message, _, hint = found.partition("; ")
            report(name, Complaint(f"{repr(value) if shown else 'the value'} {message}", hint))

    return check


def one_line_problem(value: str) -> str | None:
    """Why this is not a plain line of text, or None."""
    if not value.isprintable():
        return "holds a line break or a control character; write one line of text, without | or > before it"
    return "begins or ends with a space; remove it" if value != value.strip() else None


_one_line: Final = free_of(one_line_problem)


def like(form: str, problem: str, *, most: int = 200, shown: bool = True) -> Rules:
    """One line of text of this form; `problem` reads on after what is none."""
    pattern = re.compile(form)
    return text(free_of(lambda value: None if pattern.fullmatch(value) else problem, shown=shown), most=most)


def _keys(key_problem: Callable[[str], str | None]) -> Check:
    def check(name: str, value: object, report: Report) -> None:
        for key in value if isinstance(value, dict) else ():
            if (found := key_problem(key)) is not None:
                message, _, hint = f"the name {key!r} {found}".partition("; ")
                report(name, Complaint(message, hint, "bad-name", (key,), Part.KEY))

    return check


def _no_repeats(name: str, value: object, report: Report) -> None:
    seen: set[object] = set()
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if not isinstance(item, str):
            continue
        if item in seen:
            report(name, Complaint(f"{item!r} stands twice in the list", "keep one", "duplicate-item", (index,)))
        seen.add(item)
