"""What must not be shown of a text. What is found to hold a secret and what is blotted out are decided in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from levee.diagnostics.secret_words import is_secret, looks_secret

__all__ = [
    "HOLDERS",
    "LOGINS",
    "REDACTED",
    "REFERENCES",
    "blot",
    "holds_secret",
    "is_secret",
    "looks_secret",
    "may_hold_secret",
    "redact",
]

REDACTED: Final = "<redacted>"
REFERENCES: Final = frozenset(
    f"{name}_{where}" for name in ("password", "client_secret", "api_key", "key_password") for where in ("file", "env")
) | {"key_file", "credentials_file"}
"""Keys of stack files that say where a secret is. Somebody may have written the secret itself there."""
LOGINS: Final = frozenset({"security", "admin", "extensions", "secrets"})
"""Keys whose mapping is or holds a login, or says where secrets are kept."""
HOLDERS: Final = LOGINS | {"cluster", "settings"}
"""Keys of mappings that a login or a secret may stand in. What is written there in another form may be the secret."""

_NAME: Final = re.compile(r"""(?<![\w.-])([\w.-]++)["']?+[ \t]{0,8}+[:=]""")


def redact(text: str, *, whole: bool = False) -> str:
    """The text without the secrets in it. `whole`: it is a line of a file rather than a sentence."""
    from levee.diagnostics.secret_forms import secrets_in

    return blot(text, ((found.start, found.end) for found in secrets_in(text, whole=whole)))


def holds_secret(text: str) -> bool:
    """Whether the text holds what is surely a secret, references apart."""
    from levee.diagnostics.secret_forms import secrets_in, without_references

    return any(found.sure for found in secrets_in(without_references(text), whole=True))


def may_hold_secret(text: str) -> bool:
    """Whether an unparsable file may hold a secret anywhere: a coarse guess that errs towards yes."""
    return any(looks_secret(name) for name in set(_NAME.findall(text)))


def blot(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with each of the spans replaced, those that touch or overlap as one."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        if start > at or not parts:
            parts += [text[at:start], REDACTED]
        at = end
    return "".join([*parts, text[at:]]) if parts else text
