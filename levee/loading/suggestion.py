"""What a misspelled word was probably meant to be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from typing import Final

_MOST: Final = 100  # words compared with one: a run full of slips in a stack of thousands must still end
_LONGEST: Final = 100
_ASKED: Final = 500  # different words that are compared at all; who has more slips than that reads no more hints
_LISTED: Final = 20


class Vocabulary:
    """The words that could have been meant at some place."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = words
        self._found: dict[str, str | None] = {}

    def suggest(self, word: str) -> str:
        """`did you mean …?` with the nearest word, or nothing."""
        near = self.nearest(word)
        return "" if near is None else f"did you mean `{near}`?"

    def nearest(self, word: str) -> str | None:
        """The word that is spelled most alike, if any is. Of a great many, only those near it in the alphabet count."""
        cut = word[:_LONGEST]
        if cut not in self._found:
            if len(self._found) == _ASKED:
                return None
            self._found[cut] = self._search(cut)
        return self._found[cut]

    def _search(self, word: str) -> str | None:
        words = self._sorted
        if len(words) > _MOST:
            middle = bisect_left(words, word)
            words = words[max(0, middle - _MOST // 2) : middle + _MOST // 2]
        return next(iter(get_close_matches(word, words, n=1)), None)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._words)


def listing(words: Iterable[str]) -> str:
    """The words of a hint, the first of very many."""
    each = iter(words)
    shown = list(islice(each, _LISTED))
    more = sum(1 for _ in each)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")
