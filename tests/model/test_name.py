"""Which names are legal, and which collide."""

import pytest

from levee.model.name import (
    NamePattern,
    PatternType,
    key_problem,
    metric_name,
    service_name_problem,
    topic_name_problem,
)


@pytest.mark.parametrize("name", ["a", "eu.payments.audit.v1", "A_b-c.9", "x" * 249])
def test_topic_names_that_kafka_takes(name: str) -> None:
    assert topic_name_problem(name) is None


@pytest.mark.parametrize("name", ["", ".", "..", "a b", "a/b", "ä", "x" * 250, "__consumer_offsets", "a\n"])
def test_topic_names_that_are_refused(name: str) -> None:
    assert topic_name_problem(name)


@pytest.mark.parametrize("name", ["a", "siem-shipper", "a1", "x" * 48])
def test_service_names(name: str) -> None:
    assert service_name_problem(name) is None


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a.b", "a_b", "x" * 49, "a\n"])
def test_service_names_that_are_refused(name: str) -> None:
    assert service_name_problem(name)


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "-a", "a.b", "x" * 101])
def test_keys_that_are_refused(name: str) -> None:
    assert key_problem(name)


def test_metric_names_collide_where_only_dots_differ() -> None:
    assert metric_name("a.b_c") == metric_name("a_b.c")
    assert metric_name("a-b") != metric_name("a.b")


def test_patterns() -> None:
    assert NamePattern.parse("siem") == NamePattern("siem")
    assert NamePattern.parse("siem-*") == NamePattern("siem-", PatternType.PREFIXED)
    assert str(NamePattern.parse("siem-*")) == "siem-*"


@pytest.mark.parametrize("text", ["", "*", "siem*", "-*", "._-*", "a b", "a*b", "a-**", "x" * 256])
def test_patterns_that_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"prefix|name"):
        NamePattern.parse(text)


@pytest.mark.parametrize(
    ("outer", "inner", "covers"),
    [
        ("a-*", "a-b", True),
        ("a-*", "a-", True),
        ("a-*", "a-b-*", True),
        ("a-*", "a-*", True),
        ("a-b-*", "a-*", False),
        ("a", "a", True),
        ("a", "ab", False),
        ("a-", "a-*", False),
    ],
)
def test_cover(outer: str, inner: str, covers: bool) -> None:
    assert NamePattern.parse(outer).covers(NamePattern.parse(inner)) is covers
