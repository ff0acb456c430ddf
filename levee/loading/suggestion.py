"""What a misspelled word was probably meant to be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property
from typing import Final

_MOST: Final = 100  # words compared with one: a run full of slips in a stack of thousands must still end
_LONGEST: Final = 100


class Vocabulary:
    """The words that could have been meant at some place."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = words

    def suggest(self, word: str) -> str:
        """`did you mean …?` with the nearest word, or nothing."""
        near = self.nearest(word)
        return "" if near is None else f"did you mean `{near}`?"

    def nearest(self, word: str) -> str | None:
        """The word that is spelled most alike, if any is. Of a great many, only those near it in the alphabet count."""
        words = self._sorted
        if len(words) > _MOST:
            middle = bisect_left(words, word)
            words = words[max(0, middle - _MOST // 2) : middle + _MOST // 2]
        return next(iter(get_close_matches(word[:_LONGEST], words, n=1)), None)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._words)
