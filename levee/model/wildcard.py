"""Patterns in which `*` is any text and nothing else is special."""

from __future__ import annotations


def covers(pattern: str, text: str) -> bool:
    """Whether the text, all of it, is of the pattern. Takes linear time, whatever the pattern.

    The first place where a piece between two stars is found is as good as any later one.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    *middle, last = rest
    end = len(text) - len(last)
    if len(first) > end or not text.startswith(first) or not text.endswith(last):
        return False
    at = len(first)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
