"""Durations as stack files write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.model.duration import Duration


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("7d", 604_800_000), ("1d12h", 129_600_000), ("2w", 1_209_600_000), ("90s", 90_000), ("1m", 60_000), ("5ms", 5)],
)
def test_parse(text: str, milliseconds: int) -> None:
    assert Duration.parse(text) == Duration(milliseconds)


@pytest.mark.parametrize(
    "text",
    ["", "7", "d", "7 d", "7D", "-7d", "1.5d", "12h1d", "1d1d", "7days", "1d ", "٣d", "99999999999999999w", "\n7d"],
)
def test_refuse(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|longer"):
        Duration.parse(text)


@given(st.integers(0, 2**63 - 1))
def test_what_is_written_reads_back(milliseconds: int) -> None:
    duration = Duration(milliseconds)
    assert Duration.parse(str(duration)) == duration


def test_order_is_of_length() -> None:
    assert Duration.parse("59m") < Duration.parse("1h") < Duration.days(1)
