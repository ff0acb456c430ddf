"""Patterns in which `*` is any text: right, and quick whatever they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.model.wildcard import covers

WORDS = st.text(alphabet="ab.*", max_size=12)


@given(WORDS, WORDS)
def test_as_a_regular_expression_would(pattern: str, text: str) -> None:
    expression = ".*".join(re.escape(piece) for piece in pattern.split("*"))
    assert covers(pattern, text) == (re.fullmatch(expression, text) is not None)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("pattern", ["*a" * 5_000 + "b", "*" * 100_000, "a*" * 5_000 + "b", "*aa*" * 20_000 + "c"])
def test_no_pattern_makes_it_slow(pattern: str) -> None:
    assert covers(pattern, "a" * 100_000) == (set(pattern) == {"*"})
