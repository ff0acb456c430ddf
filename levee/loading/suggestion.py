"""What a misspelled word was probably meant to be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

_MOST: Final = 200  # candidates compared with one word: a run full of slips in a stack of thousands must still end


def suggest(word: str, known: Collection[str]) -> str:
    """`did you mean …?` with the nearest known word, or nothing."""
    candidates = sorted(known)
    if len(candidates) > _MOST:
        middle = bisect_left(candidates, word)
        candidates = candidates[max(0, middle - _MOST // 2) : middle + _MOST // 2]
    near = get_close_matches(word[:100], candidates, n=1)
    return f"did you mean `{near[0]}`?" if near else ""
