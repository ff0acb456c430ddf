"""Policies travel as JSON text: checked as JSON, compared by meaning."""

import json
from typing import Any

from infra.providers.fields import Fields, known
from infra.providers.properties import Value, reveal


def check_json(fields: Fields, name: str, *, required: bool = True) -> None:
    """Note where the property is no JSON object."""
    text = known(fields.text(name, required=required))
    if text is not None and not isinstance(_parsed(text), dict):
        fields.refuse(name, "must be a policy document, as the text of a JSON object")


def same_json(one: Value, other: Value) -> bool:
    """Say whether two texts are the same JSON, whatever their spaces and order of keys."""
    one, other = reveal(one), reveal(other)
    if not isinstance(one, str) or not isinstance(other, str):
        return one == other
    return one == other or (_parsed(one) is not None and _parsed(one) == _parsed(other))


def canonical(document: Any) -> str:
    """Write JSON as it is declared: one form for one meaning, so that equal policies show no difference."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
