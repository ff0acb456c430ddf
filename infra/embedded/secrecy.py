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
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from infra.embedded.properties import Properties, Value, clear, is_secret, may_hold_secrets, secret

_PREFIX: Final = "levee:redacted:scrypt:"


def is_placeholder(value: Value) -> bool:
    """Whether the value stands for a secret that the state does not hold."""
    return isinstance(value, str) and value.startswith(_PREFIX)


def has_placeholder(value: Value) -> bool:
    """Whether any part of the value stands for a secret that the state does not hold."""
    return _PREFIX in repr(value)


def redact(properties: Properties, previous: Properties | None = None) -> Properties:
    """The properties as they may be stored.

    ``previous`` is what is stored now: a secret that did not change keeps its salt and so stays equal.
    """
    if not (may_hold_secrets(properties) or has_placeholder(properties)):
        return properties
    before = previous or {}
    return {key: _walk(value, before.get(key), _redact) for key, value in properties.items()}


def restore(stored: Properties, known: Properties) -> Properties:
    """The stored properties with every secret filled in that ``known`` holds unchanged at the same place."""
    if not has_placeholder(stored):
        return stored
    return {key: _walk(value, known.get(key), _restore) for key, value in stored.items()}


def _walk(value: Value, other: Value, leaf: Callable[[Value, Value], Value]) -> Value:
    match value:
        case dict() if not is_secret(value):
            others = other if isinstance(other, dict) and not is_secret(other) else {}
            return {key: _walk(item, others.get(key), leaf) for key, item in value.items()}
        case list():
            peers = other if isinstance(other, list) else []
            return [_walk(item, peers[i] if i < len(peers) else None, leaf) for i, item in enumerate(value)]
        case _:
            return leaf(value, other)


def _redact(value: Value, previous: Value) -> Value:
    content = clear(value)
    if is_placeholder(content):
        return secret(content)
    if not is_secret(value):
        return value
    stored = clear(previous)
    if isinstance(stored, str) and is_placeholder(stored) and _matches(stored, content):
        return secret(stored)
    return secret(_placeholder(content, secrets.token_hex(16)))


def _restore(stored: Value, known: Value) -> Value:
    placeholder = clear(stored)
    if not (isinstance(placeholder, str) and is_placeholder(placeholder)):
        return stored
    content = clear(known)
    return secret(content) if _matches(placeholder, content) else stored


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
