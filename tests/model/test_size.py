"""Sizes as stack files write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.model.size import Size


@pytest.mark.parametrize(("text", "count"), [("10GiB", 10 * 2**30), ("512MiB", 2**29), ("1TiB", 2**40), ("7B", 7)])
def test_parse(text: str, count: int) -> None:
    assert Size.parse(text) == Size(count)


@pytest.mark.parametrize(
    "text", ["", "10", "10GB", "10 GiB", "1.5GiB", "-1B", "GiB", "٣B", "99999999999TiB", "1GiB1MiB"]
)
def test_refuse(text: str) -> None:
    with pytest.raises(ValueError, match=r"size|more than"):
        Size.parse(text)


@given(st.integers(0, 10**18 - 1))
def test_what_is_written_reads_back(count: int) -> None:
    assert Size.parse(str(Size(count))) == Size(count)
