"""Resource properties: the provider protocol's ``Struct`` messages as Python values, and back.

The engine marks what JSON cannot say with signatures: secrets, values unknown during a preview, resource
references. Source: ``MarshalPropertyValue`` in pulumi ``sdk/go/common/resource/plugin/rpc.go``.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from google.protobuf import struct_pb2

SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the marker, not a password
RESOURCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWN_TEXTS: Final = frozenset(
    {
        UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


class Unknown(enum.Enum):
    """A value that is not known yet: an output of a resource that this preview has not created."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True)
class Secret:
    """A value that must never be shown: ``str``, ``repr`` and formatting hide it, :attr:`value` is the only way in."""

    value: "Value" = field(repr=False)

    def __str__(self) -> str:
        return "[secret]"

    __repr__ = __str__


Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | Secret | Unknown | None"
Properties: TypeAlias = dict[str, Value]


class UnsupportedValueError(ValueError):
    """A property holds something this protocol layer does not take, such as an asset."""


class SecretValueError(ValueError):
    """A property is a secret, where none may be."""


def decode(message: struct_pb2.Struct) -> Properties:
    """Read a property message; whole numbers become ``int``.

    Raises UnsupportedValueError for assets, archives and other signatures that no resource here takes.
    """
    return {key: _decode_value(value, interpreted=True) for key, value in message.fields.items()}


def decode_plain(message: struct_pb2.Struct) -> Properties:
    """The same as JSON could hold it: secrets and unknown values stay what they are on the wire."""
    return {key: _decode_value(value, interpreted=False) for key, value in message.fields.items()}


def _decode_value(value: struct_pb2.Value, *, interpreted: bool) -> Value:
    match value.WhichOneof("kind"):
        case "string_value":
            text = value.string_value
            return UNKNOWN if interpreted and text in _UNKNOWN_TEXTS else text
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_decode_value(element, interpreted=interpreted) for element in value.list_value.values]
        case "struct_value":
            return interpret(decode(value.struct_value)) if interpreted else decode_plain(value.struct_value)
        case _:
            return None


def interpret(fields: Properties) -> Value:
    """Turn an object that carries a protocol signature into the value it stands for; others are left as
    they are.

    Raises UnsupportedValueError for a signature that no resource here takes.
    """
    match fields.get(SIGNATURE_KEY):
        case None:
            return fields
        case str(signature) if signature == SECRET_SIGNATURE:
            return Secret(fields.get("value"))
        case str(signature) if signature == OUTPUT_SIGNATURE:
            value = fields.get("value", UNKNOWN)
            return Secret(value) if fields.get("secret") else value
        case str(signature) if signature == RESOURCE_SIGNATURE:
            return fields.get("id", fields.get("urn"))
        case _:
            raise UnsupportedValueError("assets, archives and binary strings are not taken as property values")


def encode(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    """Write properties as a message; the inverse of :func:`decode`."""
    message = struct_pb2.Struct()
    _fill(message, properties)
    return message


def _fill(message: struct_pb2.Struct, properties: Mapping[str, Value]) -> None:
    fields = message.fields
    for key, value in properties.items():
        _set(fields[key], value)


def _set(message: struct_pb2.Value, value: Value) -> None:
    """Write in place: copying each level into the one above costs three times as much."""
    match value:
        case None:
            message.null_value = struct_pb2.NULL_VALUE
        case bool():
            message.bool_value = value
        case int() | float():
            message.number_value = value
        case str():
            message.string_value = value
        case Unknown.UNKNOWN:
            message.string_value = UNKNOWN_TEXT
        case Secret():
            _fill(message.struct_value, {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value.value})
        case list():
            message.list_value.SetInParent()
            for element in value:
                _set(message.list_value.values.add(), element)
        case dict():
            message.struct_value.SetInParent()
            _fill(message.struct_value, value)


def is_known(value: Value) -> bool:
    """Say whether no part of ``value`` is unknown."""
    match value:
        case Unknown.UNKNOWN:
            return False
        case Secret():
            return is_known(value.value)
        case list():
            return all(map(is_known, value))
        case dict():
            return all(map(is_known, value.values()))
        case _:
            return True


def has_unknown(value: Value) -> bool:
    """Say whether any part of a plain value (``decode_plain``) is not known yet."""
    return UNKNOWN_TEXT in repr(value)


def from_plain(properties: Properties) -> Properties:
    """Plain values as a kind takes them."""
    return _replaced(properties, UNKNOWN_TEXT, UNKNOWN) if has_unknown(properties) else properties


def to_plain(properties: Properties) -> Properties:
    """The inverse. Raises SecretValueError where one is inside."""
    text = repr(properties)  # written in C; most often it holds neither
    if str(Secret(None)) in text and holds_secret(properties):
        raise SecretValueError
    return _replaced(properties, UNKNOWN, UNKNOWN_TEXT) if repr(UNKNOWN) in text else properties


def _replaced(properties: Properties, old: Value, new: Value) -> Properties:
    def replaced(value: Value) -> Value:
        match value:
            case dict():
                return _replaced(value, old, new)
            case list():
                return [replaced(element) for element in value]
        return new if value == old else value

    return {key: replaced(value) for key, value in properties.items()}


def reveal(value: Value) -> Value:
    """Return ``value`` without its secret marks, for use and comparison; never for output."""
    match value:
        case Secret():
            return reveal(value.value)
        case list():
            return [reveal(element) for element in value]
        case dict():
            return {key: reveal(element) for key, element in value.items()}
        case _:
            return value


def holds_secret(value: Value) -> bool:
    """Say whether any part of ``value`` is secret."""
    match value:
        case Secret():
            return True
        case list():
            return any(map(holds_secret, value))
        case dict():
            return any(map(holds_secret, value.values()))
        case _:
            return False


def marked_like(value: Value, model: Value) -> Value:
    """Return ``value`` with a secret mark wherever ``model`` has one: what came in secret goes out secret.

    Objects are marked key by key; a list is marked as a whole if any element of the model is secret.
    """
    if isinstance(value, Secret) or not holds_secret(model):
        return value
    if isinstance(value, dict) and isinstance(model, dict):
        return {key: marked_like(element, model.get(key)) for key, element in value.items()}
    return Secret(value)


def without_internal(properties: Mapping[str, Value]) -> Properties:
    """Drop keys that providers keep for themselves, such as a bridged provider's ``__meta`` and ``__defaults``."""
    return {key: value for key, value in properties.items() if not key.startswith("__")}


def internal(properties: Mapping[str, Value]) -> Properties:
    """Return just those keys: what belongs to their author must survive a reading or an update."""
    return {key: value for key, value in properties.items() if key.startswith("__")}
