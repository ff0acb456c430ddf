"""What differs between two sets of properties, as it may be shown.

Paths are Pulumi's: ``name``, ``name.key``, ``name["a key"]``, ``name[0]``
(https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/#property-paths).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from levee_infra.engines.embedded.event import Change, ChangeKind
from levee_infra.providers.protocol.properties import UNKNOWN_TEXT, Properties, Value

_STEP: Final = re.compile(r'\["([^"]+)"\]|\[(\d+)\]|([^.\[\]]+)')
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def differing_paths(old: Mapping[str, Value], new: Mapping[str, Value], above: str = "") -> list[str]:
    """Paths at which the two differ, objects compared key by key."""
    return list(_differing(old, new, above))


def changes(paths: Iterable[str], new: Properties, *olds: Properties) -> tuple[Change, ...]:
    """The changes at ``paths``.

    The old value is the first that one of ``olds`` holds there and that is not the new one; else the first one's own,
    so that a value that is missing where it is looked for first is reported as missing.
    """
    return tuple(_change(path, new, olds) for path in paths)


def _differing(old: Mapping[str, Value], new: Mapping[str, Value], above: str) -> Iterator[str]:
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        path = _below(above, key)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _differing(before, after, path)
        else:
            yield path


def _below(above: str, key: str) -> str:
    if not above:
        return key
    return f"{above}.{key}" if _PLAIN.fullmatch(key) else f'{above}["{key}"]'


def _change(path: str, new: Properties, olds: Sequence[Properties]) -> Change:
    after, held = _at(new, path), [_at(old, path) for old in olds]
    others = (value for value in held if value is not None and value != after)
    before = next(others, held[0] if held else None)
    kind = ChangeKind.UPDATE
    if before is None:
        kind = ChangeKind.ADD
    elif after is None:
        kind = ChangeKind.REMOVE
    return Change(path, kind, shown(before), shown(after))


def _at(properties: Properties, path: str) -> Value:
    """The value at the path."""
    value: Value = properties
    for quoted, index, plain in _STEP.findall(path):
        match value:
            case dict():
                value = value.get(quoted or plain)
            case list() if index and int(index) < len(value):
                value = value[int(index)]
            case _:
                return None
    return value


def shown(value: Value) -> Value:
    """The value as it may be shown to a person."""
    match value:
        case dict():
            return {key: shown(item) for key, item in value.items()}
        case list():
            return [shown(item) for item in value]
        case str() if value == UNKNOWN_TEXT:
            return "[unknown]"
        case _:
            return value
