"""Conditions, as the IAM user guide's tables have them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.targets.aws.iam.condition import holds
from levee.targets.aws.iam.document import Condition
from levee.targets.aws.iam.truth import Truth

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
ARN = "arn:aws:iam::123456789012:role/a"


@pytest.mark.parametrize(
    ("operator", "wanted", "given_values", "truth"),
    [
        ("StringEquals", ("a", "b"), ("b",), T),
        ("StringEquals", ("a", "b"), ("B",), F),
        ("StringEquals", ("a*",), ("ab",), F),
        ("StringEquals", ("a",), (), F),
        ("StringEqualsIfExists", ("a",), (), T),
        ("StringEqualsIfExists", ("a",), ("b",), F),
        ("StringEqualsIgnoreCase", ("a",), ("A",), T),
        ("StringNotEquals", ("a", "b"), ("b",), F),
        ("StringNotEquals", ("a", "b"), ("c",), T),
        ("StringNotEquals", ("a",), (), T),
        ("StringNotEqualsIfExists", ("a",), (), T),
        ("StringNotEqualsIgnoreCase", ("a",), ("A",), F),
        ("StringLike", ("a*",), ("ab",), T),
        ("StringLike", ("a?",), ("a",), F),
        ("StringNotLike", ("a*",), ("ab",), F),
        ("StringNotLike", ("a*",), (), T),
        ("ArnLike", ("arn:aws:iam::*:role/*",), (ARN,), T),
        ("ArnEquals", ("arn:aws:iam::*:role/*",), (ARN,), T),
        ("ArnLike", ("arn:aws:iam::210987654321:role/*",), (ARN,), F),
        ("ArnLike", ("arn:aws:*",), (ARN,), U),
        ("ArnLike", (ARN,), ("no ARN",), F),
        ("ArnNotLike", (ARN,), (ARN,), F),
        ("ArnNotEquals", (ARN,), (), T),
        ("Bool", ("true",), ("TRUE",), T),
        ("Bool", ("false",), ("true",), F),
        ("Bool", ("false",), (), F),
        ("BoolIfExists", ("false",), (), T),
        ("Null", ("true",), (), T),
        ("Null", ("true",), ("a",), F),
        ("Null", ("false",), ("a",), T),
        ("Null", ("perhaps",), ("a",), U),
        ("NumericLessThan", ("10",), ("9.5",), T),
        ("NumericLessThanEquals", ("10",), ("10",), T),
        ("NumericGreaterThan", ("10",), ("10",), F),
        ("NumericGreaterThanEquals", ("10",), ("10",), T),
        ("NumericEquals", ("10",), ("10.0",), T),
        ("NumericNotEquals", ("10",), ("10",), F),
        ("NumericLessThan", ("10",), ("ten",), U),
        ("ForAnyValue:StringEquals", ("a",), ("b", "a"), T),
        ("ForAnyValue:StringEquals", ("a",), (), F),
        ("ForAllValues:StringEquals", ("a", "b"), ("b", "a"), T),
        ("ForAllValues:StringEquals", ("a",), ("b", "a"), F),
        ("ForAllValues:StringEquals", ("a",), (), T),
        ("ForAnyValue:StringNotEquals", ("a",), ("b", "a"), T),
        ("ForAllValues:StringNotEquals", ("a",), ("b", "a"), F),
        ("StringEquals", ("a",), ("a", "b"), U),
        ("StringEquals", ("${aws:username}",), ("a",), U),
        ("StringEquals", ("a",), None, U),
        ("ForAllValues:StringEqualsIfExists", ("a",), ("a",), U),
        ("ForSomeValues:StringEquals", ("a",), ("a",), U),
        ("NumericNotLessThan", ("10",), ("10",), U),
        ("DateLessThan", ("2026-01-01",), ("2025-01-01",), U),
        ("IpAddress", ("10.0.0.0/8",), ("10.0.0.1",), U),
    ],
)
def test_operators(operator: str, wanted: tuple[str, ...], given_values: tuple[str, ...] | None, truth: Truth) -> None:
    assert holds(Condition(operator, "aws:Key", wanted), {"aws:key": given_values}) is truth
    if given_values == ():
        assert holds(Condition(operator, "aws:Key", wanted), {}) is truth


WORDS = st.sampled_from(["a", "b", "ab", "a*", "?"])


@given(
    st.sampled_from(["StringEquals", "StringLike", "StringEqualsIgnoreCase"]),
    st.lists(WORDS, min_size=1, max_size=3),
    WORDS,
)
def test_a_negated_operator_says_the_opposite(operator: str, wanted: list[str], value: str) -> None:
    keys = {"aws:key": (value,)}
    negated = operator.replace("String", "StringNot")
    found = holds(Condition(operator, "aws:Key", tuple(wanted)), keys)
    assert holds(Condition(negated, "aws:Key", tuple(wanted)), keys) is found.opposite()
