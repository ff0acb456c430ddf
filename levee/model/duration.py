"""A length of time, as stack files write it: `7d`, `12h`, `1d12h`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

_MILLISECONDS: Final = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_TERM: Final = re.compile(r"(?<![0-9])([0-9]++)(ms|w|d|h|m|s)")
_MAX_DIGITS: Final = 18
_MAX_MILLISECONDS: Final = 2**63 - 1  # Kafka holds retention.ms as a signed 64-bit number


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A non-negative whole number of milliseconds."""

    milliseconds: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `7d`, `1d12h`, `500ms`: units w d h m s ms, each at most once, largest first.

        Raises ValueError, its text a sentence for the user.
        """
        terms = _TERM.findall(text)
        units = [unit for _, unit in terms]
        ordered = sorted(set(units), key=list(_MILLISECONDS).index)
        if not terms or "".join(amount + unit for amount, unit in terms) != text or units != ordered:
            raise ValueError(f"{text!r} is not a duration; write for example 7d, 12h or 1d12h")
        if any(len(amount) > _MAX_DIGITS for amount, _ in terms):
            raise ValueError(f"{text!r} is longer than Kafka can hold")
        total = sum(int(amount) * _MILLISECONDS[unit] for amount, unit in terms)
        if total > _MAX_MILLISECONDS:
            raise ValueError(f"{text!r} is longer than Kafka can hold")
        return cls(total)

    @classmethod
    def days(cls, count: int) -> Self:
        """That many days of 24 hours."""
        return cls(count * _MILLISECONDS["d"])

    def __str__(self) -> str:
        rest, parts = self.milliseconds, []
        for unit in ("d", "h", "m", "s", "ms"):
            amount, rest = divmod(rest, _MILLISECONDS[unit])
            if amount:
                parts.append(f"{amount}{unit}")
        return "".join(parts) or "0s"
