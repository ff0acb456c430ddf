"""What resources take and give, each property declared once: inputs are read by it, and the schema is made of it."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from levee_infra.providers.protocol.failures import Problem
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Properties, Unknown, Value

Schema = dict[str, Any]
Check = Callable[[Any], str | None]
"""Says what is wrong with a value that is known."""


@dataclass(frozen=True)
class Type:
    """A type of properties: the schema's words for it, and those of the object types that it refers to."""

    schema: Schema
    read: Callable[..., Any] = field(repr=False)
    """Reads a property of ``Fields`` by its name, noting what is wrong with it."""
    refers_to: Mapping[str, Schema] = field(default_factory=dict)


TEXT: Final = Type({"type": "string"}, Fields.text)
INTEGER: Final = Type({"type": "integer"}, Fields.integer)
INTEGERS: Final = Type({"type": "array", "items": INTEGER.schema}, Fields.integers)
NUMBER: Final = Type({"type": "number"}, Fields.number)
BOOLEAN: Final = Type({"type": "boolean"}, Fields.boolean)
TEXTS: Final = Type({"type": "array", "items": TEXT.schema}, Fields.texts)
MAPPING: Final = Type({"type": "object", "additionalProperties": TEXT.schema}, Fields.mapping)
OBJECTS: Final = Type({"type": "array", "items": {"$ref": "pulumi.json#/Any"}}, Fields.objects)


@dataclass(frozen=True)
class Field:
    """One property. An input that is ``fixed`` never changes: that would need a replacement."""

    name: str
    about: str = ""
    type: Type = TEXT
    required: bool = False
    """It must be declared; of an output: it is always there."""
    fixed: bool = False
    grows: str = ""
    """Why it never gets less; empty: it may."""
    write_only: bool = False
    """The platform knows nothing of it: it is as declared."""
    secret: bool = False
    check: Check | None = None
    default: Value = None

    def schema(self) -> Schema:
        """The property as the schema describes it."""
        shown: Schema = {**self.type.schema}
        if self.about:
            shown["description"] = self.about
        if self.secret:
            shown["secret"] = True
        if isinstance(self.default, bool | int | float | str):
            shown["default"] = self.default
        return shown


needed: Final = partial(Field, required=True)
lasting: Final = partial(Field, required=True, fixed=True)


def object_type(token: str, what: str, properties: Sequence[Field], about: str = "") -> Type:
    """An object with properties of its own; ``what`` is what messages call it."""

    def read(fields: Fields, name: str, *, required: bool = False) -> Properties | Unknown | None:
        value = fields.nested(name, required=required)
        for problem in _problems(value, what, properties):
            fields.refuse(f"{name}.{problem.property}", problem.reason)
        return value

    shape: Schema = {"type": "object", "properties": {each.name: each.schema() for each in properties}}
    shape |= {"required": [each.name for each in properties if each.required]}
    return Type({"$ref": f"#/types/{token}"}, read, {token: {**shape, **({"description": about} if about else {})}})


def list_of(token: str, what: str, properties: Sequence[Field], about: str = "") -> Type:
    """A list of such objects."""

    def read(fields: Fields, name: str, *, required: bool = False) -> list[Properties] | Unknown | None:
        values = fields.objects(name, required=required)
        for problem in (each for value in known(values) or () for each in _problems(value, what, properties)):
            fields.refuse(name, problem.reason)
        return values

    element = object_type(token, what, properties, about)
    return Type({"type": "array", "items": element.schema}, read, element.refers_to)


def read_all(fields: Fields, properties: Iterable[Field], beside: Sequence[str] = ()) -> dict[str, Any]:
    """Return what is known of each, noting what is wrong with it by itself, and what is none; None: absent, or unknown
    yet. ``beside`` are read by others.
    """
    listed = tuple(properties)
    fields.only((*(each.name for each in listed), *beside))
    values = {each.name: known(each.type.read(fields, each.name, required=each.required)) for each in listed}
    for each in listed:
        value = values[each.name]
        if value is not None and each.check is not None and (reason := each.check(value)):
            fields.refuse(each.name, reason)
    return values


def read_apart(fields: Fields, name: str, *, required: bool = False) -> None:
    """Nothing: its declaration isn't enough to read it by."""


def defaults_of(properties: Iterable[Field]) -> Properties:
    """What inputs that are left out mean."""
    return {each.name: each.default for each in properties if each.default is not None}


def matching(pattern: re.Pattern[str], reason: str) -> Check:
    """It is as the pattern says."""
    return lambda text: None if pattern.fullmatch(text) else reason


def between(least: float, most: float, unit: str = "") -> Check:
    """It is one of the two, or between them."""
    return lambda number: None if least <= number <= most else f"must be {least} to {most}{unit}"


def one_of(*words: str) -> Check:
    """It is one of these."""
    return lambda text: None if text in words else f"must be {', '.join(words[:-1])} or {words[-1]}"


def at_most(length: int) -> Check:
    """It has no more characters."""
    return lambda text: None if len(text) <= length else f"must be at most {length} characters"


def always(value: Value, reason: str, written: str = "") -> Check:
    """It is never anything else; ``written`` is how that is said."""
    words = written or (json.dumps(value) if isinstance(value, bool) else str(value))
    return lambda given: None if given == value else f"must be {words}: {reason}"


def empty(reason: str) -> Check:
    """There is nothing in it."""
    return always([], reason, "empty")


def always_true(name: str, reason: str) -> Field:
    """What can be switched off outside, and must not be."""
    return Field(name, "Always true.", BOOLEAN, check=always(value=True, reason=reason))


def resource_schema(docstring: str, takes: Sequence[Field], gives: Sequence[Field]) -> Schema:
    """A resource as the schema describes it, by its docstring's first paragraph. What it takes is in its state, too."""
    return {
        "description": " ".join(docstring.partition("\n\n")[0].split()),
        "inputProperties": {each.name: each.schema() for each in takes},
        "requiredInputs": sorted(each.name for each in takes if each.required),
        "properties": {each.name: each.type.schema for each in takes} | {each.name: each.schema() for each in gives},
        "required": sorted({each.name for each in (*takes, *gives) if each.required or each.default is not None}),
    }


def _problems(value: object, what: str, properties: Sequence[Field]) -> Sequence[Problem]:
    if not isinstance(value, dict):
        return ()
    inner = Fields(value, what=what)
    read_all(inner, properties)
    return inner.problems
