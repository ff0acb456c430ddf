"""Diagnostics as a terminal shows them."""

import pytest

from levee.diagnostics import Diagnostic, Level, Location
from levee.diagnostics.text import MAX_EXCERPT_COLUMNS, render_text


def shown(line: str, column: int, end: int, message: str = "wrong") -> list[str]:
    location = Location("a.yaml", 7, column, 7, end)
    return render_text([Diagnostic("x", message, "", location, excerpt=(line,))]).splitlines()


def test_every_part() -> None:
    location = Location("stacks/a.yaml", 12, 3, 12, 8)
    text = render_text([Diagnostic("bad-value", "it is wrong", "write it right", location, excerpt=("  topic: x",))])
    assert text == (
        "error[bad-value] it is wrong\n"
        "  --> stacks/a.yaml:12:3\n"
        "  12 |   topic: x\n"
        "     |   ^^^^^\n"
        "  help: write it right\n"
    )


def test_without_a_place() -> None:
    text = render_text([Diagnostic("x", "one"), Diagnostic("y", "two", level=Level.WARNING)])
    assert text == "error[x] one\n\nwarning[y] two\n"


def test_several_lines_have_their_numbers() -> None:
    location = Location("a", 9, 1, 11, 2)
    text = render_text([Diagnostic("x", "wrong", location=location, excerpt=("a", "b", "c"))])
    assert text.splitlines()[2:] == ["   9 | a", "  10 | b", "  11 | c"]


def test_what_could_act_on_a_terminal_is_escaped() -> None:
    lines = shown("a: \x1b[31m\u202e", 4, 5, "bell \x07 and\nerror[y] a line of its own")
    assert lines[0] == r"error[x] bell \x07 and\nerror[y] a line of its own"
    assert lines[2] == r"  7 | a: \x1b[31m\u202e"


def test_marks_stand_below_wide_and_escaped_characters() -> None:
    assert shown("日本: x", 5, 6)[2:] == ["  7 | 日本: x", "    |       ^"]
    assert shown("\ta: x", 5, 6)[2:] == [r"  7 | \ta: x", "    |      ^"]


def test_a_place_far_to_the_right_is_shown() -> None:
    line = "x" * 1000 + "HERE" + "y" * 1000
    text, marks = shown(line, 1001, 1005)[2:]
    assert text[marks.index("^") : marks.rindex("^") + 1] == "HERE"
    assert len(text) <= MAX_EXCERPT_COLUMNS + len("  7 | …")


@pytest.mark.parametrize(("begin", "end"), [(1, 5), (1, 5000), (3000, 3001), (2400, 5001), (4999, 5001)])
def test_a_long_line_is_cut_with_marks_wherever_the_place_is(begin: int, end: int) -> None:
    text, marks = shown("x" * 5000, begin, end)[2:]
    assert len(text) <= MAX_EXCERPT_COLUMNS + len("  7 | …")
    assert len(marks) <= len(text)
    assert (text.endswith("…"), text.startswith("  7 | …")) == (begin < 4900, end > MAX_EXCERPT_COLUMNS and begin > 1)


def test_the_end_of_a_line_can_be_pointed_at() -> None:
    assert shown("a: [", 5, 6)[3] == "    |     ^"
