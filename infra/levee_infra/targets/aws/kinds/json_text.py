"""Policies travel as JSON text: checked as JSON, compared by meaning."""

import json
from typing import Any

from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.properties import Unknown, Value, reveal


def read_json(fields: Fields, name: str, *, required: bool = False) -> str | Unknown | None:
    """Read a policy, noting where it is no JSON object."""
    text = fields.text(name, required=required)
    if isinstance(text, str) and not isinstance(_parsed(text), dict):
        fields.refuse(name, "must be a policy document, as the text of a JSON object")
    return text


def same_json(one: Value, other: Value) -> bool:
    """Say whether two texts are the same policy. AWS gives one back with other spaces, with its keys and the strings of
    a list in another order, and with one string where a list of one was put.
    """
    one, other = reveal(one), reveal(other)
    if not isinstance(one, str) or not isinstance(other, str):
        return one == other
    return one == other or (_parsed(one) is not None and _meaning(_parsed(one)) == _meaning(_parsed(other)))


def canonical(document: Any) -> str:
    """Write JSON as it is declared: one form for one meaning, so that equal policies show no difference."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _meaning(document: Any) -> Any:
    """JSON whose lists of strings are sets: in a policy neither their order nor a repetition says anything."""
    match document:
        case dict():
            return {key: _meaning(value) for key, value in document.items()}
        case list() if document and all(isinstance(each, str) for each in document):
            return frozenset(document)
        case list():
            return [_meaning(each) for each in document]
        case str():
            return frozenset({document})
        case _:
            return document


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
