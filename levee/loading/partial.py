"""What a schema took of a file that it refuses: so that what is wrong with the meaning of the rest is told with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from levee.fields.rules import Fields
from levee.loading.validation import FileSchema, rules_at
from levee.model.origin import Path

Values = Mapping[str, Any]

_LISTS: Final = frozenset(
    ("sources", "consumers", "sinks", "monitors", "approve", "peers", "logs", "links", "global_names", "grants")
)
"""Keys of lists whose items may be left out, each a part of its own (`items` of stream_values)."""


def taken_parts(
    values: Values, schema: FileSchema, refused: Iterable[Path], optional: Collection[str]
) -> Values | None:
    """The values without the smallest parts that hold what is refused; None in place of an item of a list.

    A part is an item, an entry under a name, or a root key of `optional`. None: what is refused is no such part's.
    """
    cuts = {_part(schema.fields, path, optional) for path in refused}
    if None in cuts:
        return None
    left = {key: _without(value, (key,), cuts) for key, value in values.items() if (key,) not in cuts}
    is_whole = not any(schema.problems(_compact(left), "", ()))
    return left if is_whole else None


def _part(fields: Fields, path: Path, optional: Collection[str]) -> Path | None:
    for end in range(len(path), 1, -1):
        around = rules_at(fields, path[: end - 1])
        kind = around.get("valuesrules") or (around.get("schema", {}) if path[end - 2] in _LISTS else {})
        if kind.get("type") == "dict" and (isinstance(path[end - 1], int) or "valuesrules" in around):
            return path[:end]
    return path[:1] if path and (path[0] not in fields or path[0] in optional) else None


def _without(value: object, path: Path, cuts: Collection[Path | None]) -> object:
    if isinstance(value, dict):
        return {k: _without(v, (*path, k), cuts) for k, v in value.items() if (*path, k) not in cuts}
    if isinstance(value, list):
        return [None if (*path, i) in cuts else _without(v, (*path, i), cuts) for i, v in enumerate(value)]
    return value


def _compact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _compact(each) for key, each in value.items()}
    return [_compact(each) for each in value if each is not None] if isinstance(value, list) else value
