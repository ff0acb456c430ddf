"""Points in time, as DPXL and records write them: nanoseconds since 1970, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

NOW: Final = "now"
_DAY: Final = r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
_TIME: Final = r"([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
_FORM: Final = re.compile(f"{_DAY}(?:[T ]{_TIME})?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def nanoseconds(text: str) -> int:
    """Such as 2024-01-01, 2024-01-01T00:00Z or 2024-01-01T00:00:00.5+01:00; without a zone UTC. Raises ValueError."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError("not a time")
    day, minute, second, fraction, zone = form.groups()
    moment = datetime.fromisoformat(f"{day}T{minute or '00:00'}:{second or '00'}{zone or 'Z'}")
    passed = moment - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 10**9 + int((fraction or "0").ljust(9, "0"))
