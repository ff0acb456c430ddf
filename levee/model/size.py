"""An amount of data, as stack files write it: `10GiB`, `512MiB`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

_BYTES: Final = {"TiB": 2**40, "GiB": 2**30, "MiB": 2**20, "KiB": 2**10, "B": 1}
_FORM: Final = re.compile(r"([0-9]++)(TiB|GiB|MiB|KiB|B)")
_MAX_DIGITS: Final = 18
_MAX_BYTES: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """A non-negative whole number of bytes."""

    bytes: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `10GiB`: one number and one of B KiB MiB GiB TiB (powers of 1024).

        Raises ValueError, its text a sentence for the user.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a size; write for example 512MiB or 10GiB (powers of 1024)")
        total = int(match[1]) * _BYTES[match[2]] if len(match[1]) <= _MAX_DIGITS else _MAX_BYTES + 1
        if total > _MAX_BYTES:
            raise ValueError(f"{text!r} is more than Kafka can hold")
        return cls(total)

    def __str__(self) -> str:
        for unit, factor in _BYTES.items():
            if self.bytes and self.bytes % factor == 0:
                return f"{self.bytes // factor}{unit}"
        return "0B"
