"""Policy documents from JSON: strictly, so that nothing in one is overlooked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Final, NoReturn

from levee.targets.aws.iam.document import VERSION, Condition, Document, Effect, Principal, PrincipalKind, Statement

_STATEMENT_KEYS: Final = frozenset(
    {"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
_ABSENT: Final = object()  # null is no value either, and is refused
_ACTION: Final = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")


def parse_document(source: str | Mapping[str, object]) -> Document:
    """Read a policy, as JSON text or parsed.

    Raises ValueError that tells where: for what isn't of the grammar, and for what levee doesn't read (NotPrincipal,
    federated principals, other versions), since half a policy would be judged as if it were all of it.
    """
    policy = _mapping(_parsed(source) if isinstance(source, str) else source, "the policy")
    _only(policy, {"Version", "Id", "Statement"}, "the policy")
    if policy.get("Version") != VERSION:
        _refuse("Version", f"must be {VERSION}")
    listed = policy.get("Statement")
    entries = listed if isinstance(listed, list) else [listed]
    statements = tuple(_statement(entry, f"Statement[{index}]") for index, entry in enumerate(entries))
    sids = [statement.sid for statement in statements if statement.sid]
    if len(sids) != len(set(sids)):
        _refuse("Statement", "has two statements of the same Sid")
    return Document(statements)


def _parsed(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        _refuse("the policy", f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    except RecursionError:
        _refuse("the policy", "is nested too deeply")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        repeated = next(key for key, _ in pairs if [each for each, _ in pairs].count(key) > 1)
        _refuse("the policy", f"has the key {repeated!r} twice in one place")
    return found


def _statement(entry: object, where: str) -> Statement:
    fields = _mapping(entry, where)
    _only(fields, _STATEMENT_KEYS, where)
    if fields.get("Effect") not in ["Allow", "Deny"]:
        _refuse(f"{where}.Effect", "must be Allow or Deny")
    build = partial(
        Statement,
        effect=Effect(str(fields["Effect"])),
        sid=_text(fields.get("Sid", ""), f"{where}.Sid"),
        principals=tuple(_principals(fields.get("Principal", {}), f"{where}.Principal")),
        actions=_actions(fields, "Action", where),
        not_actions=_actions(fields, "NotAction", where),
        resources=_texts(fields.get("Resource", _ABSENT), f"{where}.Resource"),
        not_resources=_texts(fields.get("NotResource", _ABSENT), f"{where}.NotResource"),
        conditions=tuple(_conditions(fields.get("Condition", {}), f"{where}.Condition")),
    )
    try:
        return build()
    except ValueError as error:
        _refuse(where, f"can't be read: {error}")


def _actions(fields: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    actions = _texts(fields.get(key, _ABSENT), f"{where}.{key}")
    if not all(_ACTION.fullmatch(action) for action in actions):
        _refuse(f"{where}.{key}", "must be * or service:Action")
    return actions


def _principals(value: object, where: str) -> Iterator[Principal]:
    if value == "*":
        yield Principal(PrincipalKind.AWS, "*")
        return
    for kind, names in _mapping(value, where).items():
        if kind not in set(PrincipalKind):
            _refuse(where, f"has principals of kind {kind!r}; levee reads AWS and Service")
        for name in _texts(names, f"{where}.{kind}"):
            if name != "*" and ("*" in name or "?" in name):
                _refuse(f"{where}.{kind}", "has a wildcard inside a name, which AWS doesn't match")
            yield Principal(PrincipalKind(kind), name)


def _conditions(value: object, where: str) -> Iterator[Condition]:
    for operator, tests in _mapping(value, where).items():
        for key, values in _mapping(tests, f"{where}.{operator}").items():
            found = _texts(values, f"{where}.{operator}.{key}")
            yield Condition(operator, key, found)


def _texts(value: object, where: str) -> tuple[str, ...]:
    if value is _ABSENT:
        return ()
    if isinstance(value, list) and not value:
        _refuse(where, "is an empty list")
    return tuple(_text(item, where) for item in (value if isinstance(value, list) else [value]))


def _text(value: object, where: str) -> str:
    """A string. IAM takes true, false and numbers for their texts, in conditions."""
    if isinstance(value, bool) and ".Condition." in where:
        return str(value).lower()
    if isinstance(value, int | float) and ".Condition." in where:
        return str(value)
    if not isinstance(value, str):
        _refuse(where, f"must be text, not {type(value).__name__}")
    return value


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        _refuse(where, "must be an object")
    return value


def _only(fields: Mapping[str, object], known: Iterable[str], where: str) -> None:
    unknown = sorted(fields.keys() - set(known))
    if unknown:
        _refuse(where, f"has {', '.join(unknown)}, which levee doesn't read")


def _refuse(where: str, problem: str) -> NoReturn:
    raise ValueError(f"{where} {problem}")
