"""Names and patterns, against a second way of matching them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.targets.aws.iam.truth import Truth
from levee.targets.aws.iam.wildcard import arn_like, matches, matches_ignoring_case, resource_like

PATTERNS = st.text("ab:*?/", max_size=12)
TEXTS = st.text("ab:/", max_size=12)
REGEX = {"*": "(?s:.*)", "?": "(?s:.)"}
TOPIC = "arn:aws:kafka:eu-west-1:123456789012:topic/logs/uuid/eu.orders.v1"


@given(PATTERNS, TEXTS)
def test_matching_is_what_a_regular_expression_says(pattern: str, text: str) -> None:
    translated = "".join(REGEX.get(character, re.escape(character)) for character in pattern)
    assert matches(pattern, text) == (re.fullmatch(translated, text) is not None)


@given(TEXTS)
def test_a_text_without_wildcards_matches_itself_only(text: str) -> None:
    assert matches(text, text)
    assert matches(text + "*", text)
    assert not matches(text, text + "a")


@given(PATTERNS, TEXTS)
def test_part_by_part_never_matches_more_than_the_whole(pattern: str, text: str) -> None:
    if arn_like(pattern, text) is Truth.TRUE:
        assert matches(pattern, text)
    assert resource_like(pattern, text) is not Truth.TRUE or matches(pattern, text)


def test_many_stars_take_no_long_time() -> None:
    assert not matches("*a" * 30 + "b", "a" * 5_000)


def test_case_matters_in_resources_and_not_in_actions() -> None:
    assert matches_ignoring_case("KAFKA-cluster:read*", "kafka-cluster:ReadData")
    assert resource_like(TOPIC, TOPIC.upper()) is Truth.FALSE


@pytest.mark.parametrize(
    ("pattern", "truth"),
    [
        ("*", Truth.TRUE),
        (TOPIC, Truth.TRUE),
        ("arn:aws:kafka:*:123456789012:topic/logs/*", Truth.TRUE),
        ("arn:aws:kafka:eu-west-1:123456789012:topic/*/eu.orders.v?", Truth.TRUE),
        ("arn:aws:kafka:eu-west-2:123456789012:*", Truth.FALSE),
        ("arn:aws:*", Truth.UNKNOWN),  # reaches over colons: AWS doesn't say what it means everywhere
        ("arn:aws:kafka:*/eu.orders.v1", Truth.UNKNOWN),
        ("arn:aws:kafka:eu-west-1:123456789012:topic/${aws:username}", Truth.UNKNOWN),
    ],
)
def test_resources(pattern: str, truth: Truth) -> None:
    assert resource_like(pattern, TOPIC) is truth
