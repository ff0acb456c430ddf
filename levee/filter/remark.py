"""What is to be said of a filter's text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from levee.diagnostics import Level


@dataclass(frozen=True, slots=True)
class Remark:
    """An error, warning or note about the text at column `at` (from 0), and what to write instead."""

    level: Level
    at: int
    message: str
    help: str = ""


class FilterError(ValueError):
    """A text that is no filter."""

    def __init__(self, at: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.remark = Remark(Level.ERROR, at, message, hint)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The nearest known word as a question, else all of them."""
    words = list(known)
    by_lower = {each.lower(): each for each in words}
    near = get_close_matches(word[:100].lower(), by_lower, n=1)
    return f"did you mean `{by_lower[near[0]]}`?" if near else f"there are: {', '.join(words)}"
