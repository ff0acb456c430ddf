"""Which values look like secrets: they never reach a diagnostic."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

REDACTED: Final = "<redacted>"
_WORDS: Final = r"pass(?:word|wd|phrase|code)|pwd|secret|token|credential|jaas"
_LOOKS_SECRET: Final = re.compile(rf"(?i:{_WORDS}|(?:^|[^a-z])keys?$)|[a-z]Keys?$")
_SECRET_IN_TEXT: Final = re.compile(rf"""([\w.-]*(?:{_WORDS}|key)[\w.-]*)["']?\s*[:=]""", re.IGNORECASE)
_NOT_SECRET: Final = frozenset({"secrets", "customer_key_required"})
_REFERENCES: Final = frozenset({"password_file", "password_env"})
_REFERENCE_IN_LINE: Final = re.compile(r"""(password_(?:file|env)["']?\s*:\s*)\S.*""")
_LOGIN: Final = re.compile(r"(?<=://)[^/\s]+(?=@)")


@lru_cache(maxsize=4096)
def looks_secret(key: str) -> bool:
    """Whether a value under this key must not be shown.

    References to secrets count too: somebody may have written the secret itself there.
    """
    return key not in _NOT_SECRET and _LOOKS_SECRET.search(key) is not None


def may_hold_secret(text: str) -> bool:
    """Whether an unparsable file may hold a secret anywhere: a coarse guess that errs towards yes."""
    return any(found not in _NOT_SECRET | _REFERENCES for found in _SECRET_IN_TEXT.findall(text))


def without_references(line: str) -> str:
    """A line of an unparsable file without what stands where a secret should only be named."""
    return _REFERENCE_IN_LINE.sub(rf"\1{REDACTED}", line)


def without_logins(line: str) -> str:
    """The line with the `user:password` part of every URL replaced."""
    return _LOGIN.sub(REDACTED, line)
