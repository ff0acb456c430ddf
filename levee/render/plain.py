"""Frozen values as plain data: what JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum

from levee.diagnostics.redaction import REDACTED, is_secret, redact
from levee.model.duration import Duration
from levee.model.name import NamePattern
from levee.model.origin import Origin
from levee.model.size import Size

_SPELLED = (Duration, Size, NamePattern)

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


def plain(value: object) -> Plain:
    """The value as dicts, lists and scalars. Quantities and patterns are spelled as in stack files.

    Origins are left out: two declarations that mean the same have the same JSON.
    """
    if is_dataclass(value) and not isinstance(value, _SPELLED):
        kept = (field.name for field in fields(value) if not isinstance(getattr(value, field.name), Origin))
        return {name: plain(getattr(value, name)) for name in kept}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return _scalar(value)


def without_secrets(value: Plain, key: str = "") -> Plain:
    """The value as it may be shown. `key`: what it stands under."""
    match value:
        case dict():
            return {name: without_secrets(item, name) for name, item in value.items()}
        case list():
            return [without_secrets(item, key) for item in value]
        case str():
            return REDACTED if is_secret(key, value) else redact(value, whole=True)
    return value


def _scalar(value: object) -> Plain:
    match value:
        case Enum():
            return str(value.value)
        case None | bool() | int() | float() | str():
            return value
        case Duration() | Size() | NamePattern():
            return str(value)
        case date():
            return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no plain form")
