"""Values of topic settings as stack files write them: `7d` rather than milliseconds, `10GiB` rather than bytes."""

from __future__ import annotations

import re
from typing import Final

from levee.catalog.topic_setting import OWNED_SETTINGS
from levee.model.duration import Duration
from levee.model.size import Size

DEFAULT: Final = "the broker's default"
_NATURAL: Final = re.compile(r"[0-9]{1,18}")
_WITHOUT_LIMIT: Final = frozenset({"retention.ms", "retention.bytes"})


def field_of_setting(key: str) -> str:
    """What a stack file calls the setting: its own field where it has one, else Kafka's name."""
    return OWNED_SETTINGS.get(key, key)


def value_of_setting(key: str, value: object) -> str:
    """The value in the units of stack files."""
    text = DEFAULT if value is None else str(value)
    if key in _WITHOUT_LIMIT and text == "-1":
        return "without limit"
    if _NATURAL.fullmatch(text) is None:
        return text
    if key.endswith(".ms"):
        return str(Duration(int(text)))
    return str(Size(int(text))) if key.endswith(".bytes") else text
