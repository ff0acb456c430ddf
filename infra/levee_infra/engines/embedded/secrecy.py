"""Secrets never reach the state: what is kept of one is a salted digest, enough to tell whether it changed.

A stored secret is still a secret value of the protocol, whose content is a placeholder with salt and digest. A provider
that echoes it (as Read often does) hands back the same placeholder, so it compares equal without being known.
The digest is scrypt, because a password may be short enough to be found by trying
(https://datatracker.ietf.org/doc/html/rfc7914; N=2^14, r=8, p=1, about 50 ms a value).
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from levee_infra.providers.protocol.marks import clear, is_secret, may_hold_secrets, secret
from levee_infra.providers.protocol.properties import UNKNOWN_TEXT, Properties, Value

_PREFIX: Final = "levee:redacted:scrypt:"


def is_placeholder(value: Value) -> bool:
    """Whether the value stands for a secret that the state does not hold."""
    return isinstance(value, str) and value.startswith(_PREFIX)


def has_placeholder(value: Value) -> bool:
    """Whether any part of the value stands for a secret that the state does not hold."""
    return _PREFIX in repr(value)


def redact(properties: Properties, *stored: Properties) -> Properties:
    """The properties as they may be stored.

    A secret that one of ``stored`` holds unchanged at the same place keeps its salt, and so compares equal to it.
    """
    if not (may_hold_secrets(properties) or has_placeholder(properties)):
        return properties
    return {key: _walk(value, [other.get(key) for other in stored], _redact) for key, value in properties.items()}


def restore(stored: Properties, known: Properties) -> Properties:
    """The stored properties with every secret filled in that ``known`` holds unchanged at the same place."""
    if not has_placeholder(stored):
        return stored
    return {key: _walk(value, [known.get(key)], _restore) for key, value in stored.items()}


def without_placeholders(outputs: Properties) -> Properties:
    """The outputs as the program may be told them: those that were secrets and are not kept are unknown."""
    if not has_placeholder(outputs):
        return outputs
    return {key: UNKNOWN_TEXT if has_placeholder(value) else value for key, value in outputs.items()}


def _walk(value: Value, others: Sequence[Value], leaf: Callable[[Value, Sequence[Value]], Value]) -> Value:
    """The value with ``leaf`` applied to what is neither list nor object, beside what ``others`` hold at its place."""
    match value:
        case dict() if not is_secret(value):
            objects = [other for other in others if isinstance(other, dict)]
            return {key: _walk(item, [other.get(key) for other in objects], leaf) for key, item in value.items()}
        case list():
            lists = [other for other in others if isinstance(other, list)]
            return [_walk(item, [o[i] for o in lists if i < len(o)], leaf) for i, item in enumerate(value)]
        case _:
            return leaf(value, others)


def _redact(value: Value, stored: Sequence[Value]) -> Value:
    content = clear(value)
    if is_placeholder(content):
        return secret(content)
    if not is_secret(value):
        return value
    for placeholder in map(clear, stored):
        if isinstance(placeholder, str) and is_placeholder(placeholder) and _matches(placeholder, content):
            return secret(placeholder)
    return secret(_placeholder(content, secrets.token_hex(16)))


def _restore(stored: Value, known: Sequence[Value]) -> Value:
    placeholder = clear(stored)
    if not (isinstance(placeholder, str) and is_placeholder(placeholder)):
        return stored
    return next((secret(content) for content in map(clear, known) if _matches(placeholder, content)), stored)


def _matches(placeholder: str, content: Value) -> bool:
    if content is None or is_placeholder(content):
        return placeholder == content
    salt = placeholder.removeprefix(_PREFIX).partition(":")[0]
    return hmac.compare_digest(placeholder, _placeholder(content, salt))


def _placeholder(content: Value, salt: str) -> str:
    return f"{_PREFIX}{salt}:{_digest(json.dumps(content, sort_keys=True), salt)}"


@lru_cache(maxsize=256)
def _digest(content: str, salt: str) -> str:
    return hashlib.scrypt(content.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32).hex()
