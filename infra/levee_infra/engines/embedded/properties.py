"""Resource properties as plain values, and their protobuf form.

A property is what JSON can hold. Secrets and other special values travel as objects that carry a signature key, and
a value that is not known yet as one fixed string; both are the Pulumi protocol's own (pulumi/pulumi,
sdk/go/common/resource/plugin/rpc.go; https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/types.html).
Whole numbers are ints here; on the wire every number is a double.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from google.protobuf import struct_pb2

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Properties: TypeAlias = dict[str, Value]

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a public marker of the protocol
_UNSUPPORTED: Final = {
    "c44067f5952c0a294b673a41bacd8c17": "an asset",
    "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
    "5cf8f73096256a8f31e491e813e4eb8e": "a resource reference",
    "d0e6a833031e9bbcd3f4e8bde6ca49a4": "an output value",
}


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """The plain form of a protobuf object."""
    return {key: _from_value(value) for key, value in struct.fields.items()}


def _from_value(value: struct_pb2.Value) -> Value:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return from_struct(value.struct_value)
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
        case _:
            return None


def to_struct(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    """The protobuf form of plain properties."""
    struct = struct_pb2.Struct()
    _fill(struct, properties)
    return struct


def _fill(struct: struct_pb2.Struct, properties: Mapping[str, Value]) -> None:
    for key, value in properties.items():
        _set(struct.fields[key], value)


def _set(target: struct_pb2.Value, value: Value) -> None:
    match value:
        case None:
            target.null_value = struct_pb2.NULL_VALUE
        case bool():
            target.bool_value = value
        case str():
            target.string_value = value
        case int() | float():
            target.number_value = value
        case dict():
            target.struct_value.SetInParent()
            _fill(target.struct_value, value)
        case list():
            target.list_value.SetInParent()
            for item in value:
                _set(target.list_value.values.add(), item)


def is_secret(value: Value) -> bool:
    """Whether this very value (not one inside it) is marked secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def may_hold_secrets(properties: Mapping[str, Value]) -> bool:
    """False if certainly no part of the properties is marked secret; one pass in C, as most hold none."""
    return SECRET in repr(properties)


def secret(value: Value) -> Value:
    """The value marked secret; already marked ones are left alone."""
    return value if is_secret(value) else {SIGNATURE: SECRET, "value": value}


def clear(value: Value) -> Value:
    """The value with every secret mark in it taken off."""
    match value:
        case dict() if is_secret(value):
            return clear(value.get("value"))
        case dict():
            return {key: clear(item) for key, item in value.items()}
        case list():
            return [clear(item) for item in value]
        case _:
            return value


def clear_all(properties: Properties) -> Properties:
    """The properties with every secret mark in them taken off."""
    if not may_hold_secrets(properties):
        return properties
    return {key: clear(value) for key, value in properties.items()}


def has_unknown(value: Value) -> bool:
    """Whether any part of the value is not known yet."""
    return UNKNOWN in repr(value)


def unsupported_kinds(value: Value) -> Iterator[str]:
    """Names of the special kinds of value inside that this engine does not handle."""
    match value:
        case dict():
            signature = value.get(SIGNATURE)
            if isinstance(signature, str) and signature in _UNSUPPORTED:
                yield _UNSUPPORTED[signature]
                return
            for item in value.values():
                yield from unsupported_kinds(item)
        case list():
            for item in value:
                yield from unsupported_kinds(item)


def shown(value: Value) -> Value:
    """The value as it may be shown to a person: secrets and unknowns replaced by what they are."""
    match value:
        case dict() if is_secret(value):
            return "[secret]"
        case dict():
            return {key: shown(item) for key, item in value.items()}
        case list():
            return [shown(item) for item in value]
        case str() if value == UNKNOWN:
            return "[unknown]"
        case _:
            return value
