"""What unquoted scalars mean."""

import pytest

from levee.loading.scalar import AmbiguousError, Value, is_text, meaning


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("0", 0),
        ("-12", -12),
        ("9223372036854775807", 2**63 - 1),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("7d", "7d"),
        ("10GiB", "10GiB"),
        ("2026-12-31", "2026-12-31"),
        ("127.0.0.1:9092", "127.0.0.1:9092"),
        ("eu.payments.*", "eu.payments.*"),
        ("none", "none"),
        (".", "."),
        ("-", "-"),
        ("-x", "-x"),
        ("+", "+"),
    ],
)
def test_meaning(text: str, value: Value) -> None:
    found = meaning(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "No", "ON", "off", "y", "N"),
        *("0123", "012345678901", "0o17", "0x1F", "0b11", "00"),
        *("12:30", "1:30:00", "-12:30", "1_000", "1_0.5"),
        *(".inf", "-.INF", ".nan", "1e999"),
        "1" * 20,
        "1" * 100_000,
    ],
)
def test_ambiguous(text: str) -> None:
    with pytest.raises(AmbiguousError):
        meaning(text)


@pytest.mark.parametrize(("key", "text"), [("on", True), ("no", True), ("7d", True), ("1", False), ("null", False)])
def test_keys(key: str, text: bool) -> None:
    assert is_text(key) is text
