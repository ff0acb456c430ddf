"""A record as filters see it, out of JSON: as IBM Cloud Logs' queries return it, or the log event alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

_PARTS: Final = frozenset({"metadata", "labels", "user_data"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`$m`, `$l` and `$d`. None: the source doesn't say."""

    metadata: Mapping[str, Any] | None
    labels: Mapping[str, Any] | None
    data: Mapping[str, Any]


def record_of(text: str) -> Record:
    """The record that a JSON text holds. Raises ValueError, which says what is wrong and never repeats the text.

    With `metadata`, `labels` or `user_data` at its top it is a row of a query: mappings or lists of `key` and `value`,
    `user_data` also as text. Any other object is the event itself, of which no metadata or labels are known.
    """
    row = _object(_json(text), "the record")
    if not _PARTS & row.keys():
        return Record(metadata=None, labels=None, data=row)
    data = row.get("user_data", {})
    return Record(
        metadata=_pairs(row, "metadata"),
        labels=_pairs(row, "labels"),
        data=_object(_json(data) if isinstance(data, str) else data, "user_data"),
    )


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refused)
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos + 1}") from None
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from None


def _refused(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is no JSON object")
    return value


def _pairs(row: Mapping[str, object], name: str) -> Mapping[str, Any] | None:
    value = row.get(name)
    if value is None or isinstance(value, dict):
        return value
    try:
        return {str(each["key"]): each["value"] for each in value}  # type: ignore[attr-defined] # else refused below
    except (TypeError, KeyError):
        raise ValueError(f"{name} is neither an object nor a list of keys and values") from None
