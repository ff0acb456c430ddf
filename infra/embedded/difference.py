"""What differs between two sets of properties, as it may be shown."""

from collections.abc import Iterable, Mapping

from infra.embedded.event import Change, ChangeKind
from infra.embedded.properties import Value, clear, shown


def differing_keys(old: Mapping[str, Value], new: Mapping[str, Value]) -> list[str]:
    """Top-level keys whose values differ; a secret mark alone is no difference."""
    keys = sorted(old.keys() | new.keys())
    return [key for key in keys if clear(old.get(key)) != clear(new.get(key))]


def changes(old: Mapping[str, Value], new: Mapping[str, Value], keys: Iterable[str]) -> tuple[Change, ...]:
    """The changes at ``keys``, with secrets hidden."""
    return tuple(_change(key, old, new) for key in keys)


def _change(key: str, old: Mapping[str, Value], new: Mapping[str, Value]) -> Change:
    kind = ChangeKind.UPDATE
    if key not in old:
        kind = ChangeKind.ADD
    elif key not in new:
        kind = ChangeKind.REMOVE
    return Change(key, kind, shown(old.get(key)), shown(new.get(key)))
