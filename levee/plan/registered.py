"""A resource as a program registered it, in plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from levee.plan.unknown import Unknown, unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One registration. `properties` are plain Python values; what a preview doesn't know is an `Unknown`.

    `ignored` are the properties whose changes the engine is told to ignore. `outputs` are what its provider said of it,
    of one that is deployed. A repr shows no property.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any] = field(repr=False)
    protected: bool = False
    ignored: tuple[str, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def everything(self) -> Mapping[str, Any]:
        """Its inputs, and all that its provider said of it."""
        return {**self.properties, **self.outputs}

    def text(self, key: str, default: Any = None) -> Any:
        """A property that is text, `default` where it isn't set, unknown where it is something else."""
        return as_text(self.properties.get(key), key, default)

    def whole(self, key: str, default: Any = None) -> Any:
        """A property that is a whole number. Providers get numbers as floats and configuration as text."""
        value = self.properties.get(key)
        if value is None:
            return default
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
            return int(value)
        return unknown(key)

    def flag(self, key: str, *, default: Any = None) -> Any:
        """A property that is true or false, written so or as text."""
        value = self.properties.get(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        words = {"true": True, "false": False}
        return words[value] if isinstance(value, str) and value in words else unknown(key)

    def texts(self, key: str) -> Any:
        """A property that is a list of texts; None where it isn't set. Bridged providers get it as JSON."""
        value = self.properties.get(key)
        if isinstance(value, str):
            value = parsed(value)
        if value is None:
            return None
        if isinstance(value, list | tuple):
            return tuple(as_text(item, key) for item in value)
        return unknown(key)


def as_text(value: Any, what: str, default: Any = None) -> Any:
    """The value as Kafka takes it: `true`, `3`; the default for none, unknown for what is no scalar."""
    if value is None:
        return default
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return str(value)
    return unknown(what)


def parsed(text: str) -> Any:
    """What a JSON text holds; unknown where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return unknown("a list written as JSON")


def is_known(value: Any) -> bool:
    """Whether a value is there to be looked at."""
    return not isinstance(value, Unknown)
