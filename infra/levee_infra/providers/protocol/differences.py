"""What an update would change: declared properties against the recorded live state, by property path."""

import enum
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from levee_infra.providers.protocol.properties import Properties, Value, is_known, reveal

_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Change(enum.Enum):
    """How a property changes in an update."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True)
class Difference:
    """One changed property."""

    change: Change
    declared: bool
    """True if the program changed its mind; False if the live resource drifted from what it declares."""


def differences(
    inputs: Properties, outputs: Properties, new: Properties, write_only: Collection[str] = ()
) -> dict[str, Difference]:
    """Compare the new inputs with the recorded state.

    Only properties that are declared, or were, are looked at: what the live resource holds beyond that (a
    broker's default, a setting made by hand) is no difference. Objects are compared key by key.
    ``write_only`` inputs are in no output: their last declaration is all there is to compare with.
    """
    live = outputs | {name: inputs[name] for name in write_only if name in inputs}
    return dict(_differences("", inputs, live, new))


def _differences(
    parent: str, inputs: Mapping[str, Value], outputs: Mapping[str, Value], new: Mapping[str, Value]
) -> Iterator[tuple[str, Difference]]:
    for key in sorted(new.keys() | inputs.keys()):
        path = _path(parent, key)
        declared, was_declared = reveal(new.get(key)), reveal(inputs.get(key))
        live = reveal(outputs.get(key))
        if _is_object(declared) and (live is None or _is_object(live)):
            yield from _differences(path, _object(was_declared), _object(live), _object(declared))
        elif declared is None:
            if was_declared is not None:
                yield path, Difference(Change.DELETE, declared=True)
        elif not is_known(declared) or declared != live:
            change = Change.ADD if live is None else Change.UPDATE
            yield path, Difference(change, declared=declared != was_declared)


def with_ignored(new: Properties, outputs: Properties, ignored: Sequence[str]) -> Properties:
    """Return ``new`` with the ignored paths set to their live values.

    A path is ``name``, ``name.key`` or ``name["key"]``; these resources have no longer ones.
    """
    result = dict(new)
    for path in ignored:
        name, *rest = [key for pair in re.findall(r'\["([^"]+)"\]|([^.\[\]]+)', path) for key in pair if key]
        if not rest:
            _put(result, name, outputs.get(name))
        elif len(rest) == 1 and _is_object(result.get(name)):
            inner = dict(_object(result.get(name)))
            _put(inner, rest[0], _object(outputs.get(name)).get(rest[0]))
            result[name] = inner
    return result


def _put(target: Properties, key: str, value: Value) -> None:
    if value is None:
        target.pop(key, None)
    else:
        target[key] = value


def _path(parent: str, key: str) -> str:
    if not parent:
        return key
    return f"{parent}.{key}" if _PLAIN_KEY.fullmatch(key) else f'{parent}["{key}"]'


def _is_object(value: Value) -> bool:
    return isinstance(reveal(value), dict)


def _object(value: Value) -> Properties:
    plain = reveal(value)
    return plain if isinstance(plain, dict) else {}
