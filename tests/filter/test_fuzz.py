"""What strangers write: no crash, no hang, time in proportion to the length."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from levee.filter.evaluate import Answer, answer
from levee.filter.operations import compiled
from levee.filter.parse import MAX_DEPTH, MAX_LENGTH, _parser, parse
from levee.filter.pattern import compiled as pattern
from levee.filter.record import Record, record_of
from levee.filter.remark import FilterError
from levee.filter.review import review
from tests.support.filter_fuzz import fuzz, hold, steps


@pytest.mark.parametrize("seed", range(4))
def test_no_text_is_a_surprise(seed: int) -> None:
    assert fuzz(2_500, seed) > 20


GROWING: dict[str, Callable[[int], str]] = {
    "conditions": lambda n: "<v1> " + " || ".join(["a == 'x'"] * n),
    "nested conditions": lambda n: "<v1> " + "(a == 1 && " * n + "b == 2" + ")" * n,
    "parentheses": lambda n: "<v1> " + "(" * n + "true" + ")" * n,
    "open parentheses": lambda n: "<v1> " + "(" * n,
    "nots": lambda n: "<v1> " + "!" * n + "true",
    "methods": lambda n: "<v1> a:string" + ".contains('x')" * n,
    "a path": lambda n: "<v1> a" + ".b" * n + " == 1",
    "keys": lambda n: "<v1> $d" + "['b']" * n + " == 1",
    "values": lambda n: "<v1> a:number.in(1" + ", 2" * n + ")",
    "blanks": lambda n: "<v1> a" + " " * n + "== 1",
    "blanks before no parenthesis": lambda n: "<v1> " + ("a" + " " * 9) * n,
    "an open text": lambda n: "<v1> a == '" + "x" * n,
    "escapes": lambda n: "<v1> a == '" + "\\\\" * n + "'",
    "a number": lambda n: "<v1> a == " + "1" * n,
    "a word": lambda n: "<v1> " + "a-" * n,
    "quotes": lambda n: "<v1> " + "'" * n,
    "slashes": lambda n: "<v1> " + "/" * n,
    "times": lambda n: "<v1> " + "@ (" * n,
    "a regular expression": lambda n: "<v1> a.matches(/" + "(a*)*" * n + "b/)",
}


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_twice_the_text_takes_twice_the_steps(text: Callable[[int], str]) -> None:
    def cost(size: int) -> int:
        return steps(lambda: review.__wrapped__(text(size)))

    cost(10)  # what is imported and made once
    assert cost(200) <= 2.5 * cost(100) + 200


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_the_longest_of_each_is_read_or_refused(text: Callable[[int], str]) -> None:
    for size in (MAX_LENGTH // 4, MAX_LENGTH, 10 * MAX_LENGTH):
        hold(text(size))
        hold(text(size)[:MAX_LENGTH])


def test_what_is_too_long_or_too_deep_says_so() -> None:
    assert "4097 characters" in review("<v1> " + " " * 4092).remarks[0].message
    assert f"more than {MAX_DEPTH} deep" in review("<v1> " + "!" * 200 + "true").remarks[0].message
    parse("<v1> " + "!" * (MAX_DEPTH - 1) + "true")
    with pytest.raises(FilterError):
        parse("<v1> " + "!" * MAX_DEPTH + "true")


UNBOUNDED = 64


def repeats(parsed: Any) -> Iterator[int]:
    """The bounds of everything that gives back what it took."""
    for operation, argument in parsed:
        if str(operation) in {"MAX_REPEAT", "MIN_REPEAT"}:
            yield argument[1]
        for inner in argument if isinstance(argument, tuple | list) else (argument,):
            for part in inner if isinstance(inner, list) else (inner,):
                if hasattr(part, "data"):
                    yield from repeats(part)


def test_the_lexer_gives_back_nothing() -> None:
    for terminal in _parser().terminals:
        parsed = sys.modules["re._parser"].parse(terminal.pattern.to_regexp())
        assert all(bound <= 1 for bound in repeats(parsed)), terminal.name


@pytest.mark.parametrize("evil", ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*a){20}", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_no_record_makes_a_regular_expression_run_on(evil: str) -> None:
    expression = parse(f"<v1> a.matches(/{evil}/)")
    record = Record(metadata=None, labels=None, data={"a": "a" * 100_000 + "!"})
    assert answer(compiled(expression), record) in Answer


@pytest.mark.parametrize("huge", ["((((a{100}){100}){100}){100})", "a{2000}", "(?=a)", r"(a)\1", "(" * 2000])
def test_a_regular_expression_that_re2_refuses_is_refused(huge: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        pattern(huge)
    assert review(f"<v1> a.matches(/{huge}/)").expression is None


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, "1" * 5000, "NaN", '{"a": NaN}', "", "[]", '"x"', "null", '{"user_data": "[1]"}',
     '{"user_data": "{"}', '{"labels": 5}', '{"labels": [{"key": "a"}]}', '{"metadata": "x"}', '{"user_data": 7}'],
)  # fmt: skip
def test_what_is_no_record_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        record_of(text)
    assert len(str(refused.value)) < 200


def test_half_a_character_is_matched_as_another() -> None:
    record = record_of('{"a": "x\\ud800y", "b": 1e999, "c": 123456789012345678901234567890}')
    assert answer(compiled(parse("<v1> a.matches(/^x.y$/)")), record) is Answer.PASSES
    assert answer(compiled(parse("<v1> b > 5 && c > 5")), record) is Answer.PASSES


def test_the_pattern_of_this_test_finds_what_gives_back() -> None:
    assert list(repeats(sys.modules["re._parser"].parse(re.compile("(a+)b").pattern)))
