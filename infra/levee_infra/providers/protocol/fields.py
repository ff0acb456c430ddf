"""Typed reading of properties: every problem of a declaration at once, none of it shown if it may be secret."""

import difflib
import json
import math
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from levee_infra.providers.protocol.failures import Problem, RefusedError
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Unknown, Value, interpret, reveal

T = TypeVar("T")


class Fields:
    """Reads typed values out of properties and gathers what is wrong with them.

    Each reader returns ``None`` for an absent property and ``UNKNOWN`` for one not known yet. Values may
    come as text (``"6"``, ``"true"``, JSON): configuration and YAML programs send them so.
    """

    def __init__(self, properties: Mapping[str, Value], *, what: str) -> None:
        self._properties = properties
        self._what = what
        self.problems: list[Problem] = []

    def refuse(self, name: str, reason: str) -> None:
        """Note a problem with property ``name``."""
        problem = Problem(name, reason)
        if problem not in self.problems:  # a property may be read twice
            self.problems.append(problem)

    def raise_problems(self) -> None:
        """Raise RefusedError with all problems noted so far, if any."""
        if self.problems:
            raise RefusedError(*self.problems)

    def only(self, names: Collection[str]) -> None:
        """Refuse properties that are not in ``names``; those that start with ``__`` belong to the engine."""
        for name in self._properties:
            if name not in names and not name.startswith("__"):
                near = difflib.get_close_matches(name, names, n=1)
                hint = f"; did you mean {near[0]}?" if near else f"; it has {', '.join(sorted(names))}"
                self.refuse(name, f"{self._what} has no property {name}{hint}")

    def has(self, name: str) -> bool:
        """Say whether the property is there, known or not."""
        return reveal(self._properties.get(name)) not in (None, "")

    def text(self, name: str, *, required: bool = False) -> str | Unknown | None:
        """Read a string; an empty one counts as absent."""
        return self._read(name, _as_text, "a string", required=required)

    def integer(self, name: str, *, required: bool = False) -> int | Unknown | None:
        """Read a whole number."""
        return self._read(name, _as_integer, "a whole number", required=required)

    def integers(self, name: str, *, required: bool = False) -> list[int] | Unknown | None:
        """Read a list of whole numbers."""
        return self._read(name, _as_integers, "a list of whole numbers", required=required)

    def number(self, name: str, *, required: bool = False) -> float | Unknown | None:
        """Read a number, whole or not."""
        return self._read(name, _as_number, "a number", required=required)

    def boolean(self, name: str, *, required: bool = False) -> bool | Unknown | None:
        """Read true or false."""
        return self._read(name, _as_boolean, "true or false", required=required)

    def texts(self, name: str, *, required: bool = False) -> list[str] | Unknown | None:
        """Read a list of strings, or one string with commas."""
        return self._read(name, _as_texts, "a list of strings", required=required)

    def mapping(self, name: str, *, required: bool = False) -> dict[str, str | Unknown] | Unknown | None:
        """Read an object of strings; numbers and booleans become text as Kafka writes them, nulls are absent."""
        return self._read(name, _as_mapping, "an object of strings", required=required)

    def nested(self, name: str, *, required: bool = False) -> Properties | Unknown | None:
        """Read an object as properties of its own."""
        return self._read(name, _as_object, "an object", required=required)

    def objects(self, name: str, *, required: bool = False) -> list[Properties] | Unknown | None:
        """Read a list of objects, each as properties of its own."""
        return self._read(name, _as_objects, "a list of objects", required=required)

    def _read(self, name: str, convert: Callable[[Value], T], form: str, *, required: bool) -> T | Unknown | None:
        value = reveal(self._properties.get(name))
        if value is UNKNOWN:
            return UNKNOWN
        if value is None or value == "":
            if required:
                self.refuse(name, f"{self._what} needs {name}")
            return None
        try:
            return convert(value)
        except ValueError:
            self.refuse(name, f"{name} must be {form}")
            return None


def known(value: T | Unknown | None) -> T | None:
    """Return a value for use in a check that skips what is absent or not known yet."""
    return None if isinstance(value, Unknown) else value


def _as_text(value: Value) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _as_integer(value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError
    return int(value)


def _as_integers(value: Value) -> list[int] | Unknown:
    if isinstance(value, str):
        value = _from_json(value)
    if not isinstance(value, list):
        raise ValueError
    return UNKNOWN if UNKNOWN in value else [_as_integer(element) for element in value]


def _as_number(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _as_boolean(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false", "1", "0"}:
        return value.lower() in {"true", "1"}
    raise ValueError


def _as_texts(value: Value) -> list[str]:
    if isinstance(value, str):
        value = _from_json(value) if value.lstrip().startswith("[") else [*value.split(",")]
    if not isinstance(value, list) or not all(isinstance(element, str) for element in value):
        raise ValueError
    return [element.strip() for element in value if isinstance(element, str) and element.strip()]


def _as_object(value: Value) -> Properties:
    if isinstance(value, str):
        value = _from_json(value)
    if not isinstance(value, dict):
        raise ValueError
    return value


def _as_objects(value: Value) -> list[Properties] | Unknown:
    if isinstance(value, str):
        value = _from_json(value)
    if not isinstance(value, list):
        raise ValueError
    return UNKNOWN if UNKNOWN in value else [_as_object(element) for element in value]


def _as_mapping(value: Value) -> dict[str, str | Unknown]:
    return {key: _as_scalar_text(element) for key, element in _as_object(value).items() if element is not None}


def _as_scalar_text(value: Value) -> str | Unknown:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float() | str():
            return str(value)
        case Unknown.UNKNOWN:
            return UNKNOWN
        case _:
            raise ValueError


def _from_json(text: str) -> Value:
    # json.JSONDecodeError is a ValueError, and its message would quote the text: the caller drops it.
    return reveal(json.loads(text, object_hook=interpret))
