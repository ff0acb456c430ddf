"""Properties with the protocol's marks in them, as the embedded engine keeps and compares them (``decode_plain``).

A property is what JSON can hold. A secret is an object with a signature, a value that is not known yet one fixed string
(https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/types.html).
"""

from collections.abc import Mapping

from levee_infra.providers.protocol.properties import (
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN_TEXT,
    Properties,
    Value,
)


def is_secret(value: Value) -> bool:
    """Whether this very value (not one inside it) is marked secret."""
    return isinstance(value, dict) and value.get(SIGNATURE_KEY) == SECRET_SIGNATURE


def may_hold_secrets(properties: Mapping[str, Value]) -> bool:
    """False if certainly no part of the properties is marked secret; one pass in C, as most hold none."""
    return SECRET_SIGNATURE in repr(properties)


def secret(value: Value) -> Value:
    """The value marked secret; already marked ones are left alone."""
    return value if is_secret(value) else {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value}


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
    return UNKNOWN_TEXT in repr(value)


def shown(value: Value) -> Value:
    """The value as it may be shown to a person: secrets and unknowns replaced by what they are."""
    match value:
        case dict() if is_secret(value):
            return "[secret]"
        case dict():
            return {key: shown(item) for key, item in value.items()}
        case list():
            return [shown(item) for item in value]
        case str() if value == UNKNOWN_TEXT:
            return "[unknown]"
        case _:
            return value
