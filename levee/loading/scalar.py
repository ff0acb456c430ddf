"""What an unquoted YAML scalar means, and which ones mean different things to different YAML readers.

The meanings are those of the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema). What YAML 1.1 reads
otherwise (`no`, `0123`, `12:30`, `1_000`: https://yaml.org/type/) is refused as a value: its author must quote it.
"""

from __future__ import annotations

import math
import re
from typing import Final

Value = str | int | float | bool | None

_WORDS: Final[dict[str, Value]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_YAML_1_1_FLAGS: Final = frozenset({"yes", "no", "on", "off", "y", "n"})
_NUMBER_START: Final = frozenset("+-.0123456789")
_WHOLE: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FRACTION: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|nan)", re.IGNORECASE)
_OTHER_BASE: Final = re.compile(r"[-+]?(?:0[0-9_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+)")
_GROUPED: Final = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?")
_SEXAGESIMAL: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_MAX_DIGITS: Final = 19  # of a signed 64-bit number, the widest that Kafka holds


class AmbiguousError(ValueError):
    """A scalar that YAML readers don't agree on: how they differ and, behind `; `, what to write instead."""


def meaning(text: str) -> Value:
    """The value of an unquoted scalar. Raises AmbiguousError."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_START:
        return _number(text)
    if text.lower() in _YAML_1_1_FLAGS:
        raise AmbiguousError("is true or false to some YAML readers and text to others; write true or false")
    return text


def _number(text: str) -> Value:
    if _WHOLE.fullmatch(text):
        if len(text.lstrip("+-")) > _MAX_DIGITS:
            raise AmbiguousError("is a larger number than Kafka or levee can hold; write a smaller one")
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        raise AmbiguousError(
            "is read as octal, hexadecimal or decimal by different YAML readers; write a plain decimal number"
        )
    if _FRACTION.fullmatch(text):
        number = float(text)
        if math.isfinite(number):
            return number
    if _NOT_FINITE.fullmatch(text) or _FRACTION.fullmatch(text):
        raise AmbiguousError("is not a finite number; write a plain decimal number")
    if _SEXAGESIMAL.fullmatch(text):
        raise AmbiguousError(
            "is a base-60 number to some YAML readers and text to others; write a plain decimal number"
        )
    if _GROUPED.fullmatch(text):
        raise AmbiguousError("is a number to some YAML readers and text to others; write a plain decimal number")
    return text


def is_text(text: str) -> bool:
    """Whether an unquoted mapping key is text to a YAML 1.2 reader. `on` is; `1` and `null` are not."""
    if text in _WORDS:
        return False
    return text[0] not in _NUMBER_START or not (_FRACTION.fullmatch(text) or _NOT_FINITE.fullmatch(text))
