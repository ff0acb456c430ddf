"""What is refused beyond the examples: at which column, with which words."""

from __future__ import annotations

import pytest

from levee.filter.review import review

REFUSED = [
    # Text that ends or goes on where it can't.
    ("a == 'x' ||", 16, "ends too early"),
    ("(a == 'x'))", 15, "can't stand here"),
    ("a:string.in('x',)", 21, "a value is missing"),
    ("()", 6, "a value is missing"),
    ("a == b == c", 12, "can't stand here"),
    ("a == 'it''s'", 14, "a quote inside of text"),
    ("a == 'x", 10, "close the quote"),
    ("a == \u2019x\u2019", 10, "straight quotes"),
    ('a == "x"', 10, "single quotes"),
    ("a == 'x\\q'", 10, "is no escape"),
    ("a == 5 // five", 12, "no division and no comment"),
    ("a == 5 /* five */", 12, "remove the comment"),
    ("a.matches(/x/i)", 18, "flags stand inside"),
    ("a = 5\n", 7, "write =="),
    ("a == 'x\ty' && b = 5", 12, "a tab"),
    # Words and operators of other languages.
    ("a + 1 > 2", 7, "no arithmetic"),
    ("a == 'x' OR b == 'y'", 14, "write ||"),
    ("not (a == 'x')", 5, "write !"),
    ("a like 'x'", 7, "contains"),
    ("a matches /x/", 7, "as a function"),
    ("source logs", 12, "a command of DataPrime"),
    ("a[0] == 1", 6, "no arrays"),
    ("a ? b : c", 7, "no choice"),
    # Fields.
    ("$d == 5", 5, "a name follows"),
    ("$d.a. == 5", 9, "a name follows a dot"),
    ("$l.applicationName == 'x'", 5, "did you mean `$l.applicationname`"),
    ("$m.priorityclass == 'high'", 5, "there is no $m.priorityclass"),
    ("$m.severity.name == 'x'", 5, "there is no $m.severity.name"),
    # Functions.
    ("$m.severity.toUpperCase() == 'INFO'", 17, "there is no function toUpperCase"),
    ("now() > @'2024-01-01'", 5, "there is no function now"),
    ("a.startswith('x')", 7, "did you mean `startsWith`"),
    ("a.startsWith()", 18, "lacks what to compare with"),
    ("contains(a)", 15, "lacks what to compare with"),
    ("in()", 8, "lacks its values"),
    ("a.contains('x', 'y')", 21, "takes one value"),
    ("a.matches('x')", 15, "takes a regular expression"),
    ("a.startsWith(/x/)", 18, "takes text"),
    ("a.contains(null)", 16, "takes text"),
    ("age:number.startsWith('4')", 5, "takes text, not a number"),
    ("$m.timestamp.contains('2024')", 5, "takes text, not a timestamp"),
    ("country.in('us')", 5, "needs the type"),
    ("in(country, 'us')", 8, "needs the type"),
    ("a:number.in(1, '2')", 20, "never a number"),
    ("$m.severity.in(ERROR, FATAL)", 27, "write CRITICAL"),
    ("$m.severity.in(ERROR, 'INFO')", 27, "never a severity"),
    # Types.
    ("$m.timestamp > '2024-01-01'", 18, "never a string"),
    ("$m.timestamp > 5", 18, "write a time as"),
    ("$l.applicationname == 5", 24, "never a number"),
    ("a == @'yesterday'", 10, "is no time"),
    ("a == @'2024-02-30'", 10, "is no time"),
    ("a == 1" + "0" * 400, 10, "larger than any"),
    ("a == /x/", 7, "by matches"),
    ("true > false", 10, "neither more nor less"),
    ("null < a", 10, "neither more nor less"),
    ("a.contains('x') == null", 21, "never null"),
    ("a:int == 5", 7, "write :number"),
    ("'5':nmber == 5", 9, "did you mean `number`"),
    ("true:string == 'x'", 10, "has its type"),
    ("a == !b", 10, "documented nowhere"),
    ("!$m.severity == ERROR", 5, "documented nowhere"),
    ("warn == $m.severity", 5, "write WARNING"),
    # Conditions.
    ("5", 5, "neither true nor false"),
    ("/x/", 5, "neither true nor false"),
    ("!5", 6, "neither true nor false"),
    ("a == 1 && 'x'", 15, "neither true nor false"),
    ("a == 1 || $l.applicationname", 15, "neither true nor false"),
    ("a:string", 5, "neither true nor false"),
]


@pytest.mark.parametrize(("text", "column", "said"), REFUSED, ids=[text for text, _, _ in REFUSED])
def test_it_is_refused_there_and_says_why(text: str, column: int, said: str) -> None:
    expression, remarks = review(f"<v1> {text}")
    assert expression is None
    assert remarks[0].at == column
    assert said in f"{remarks[0].message}; {remarks[0].help}"


@pytest.mark.parametrize(
    ("text", "column"), [("", 0), ("true", 0), (" <v1> true", 0), ("<V1> true", 1), ("<v10>true", 1), ("<v1", 0)]
)
def test_the_version_comes_first(text: str, column: int) -> None:
    assert review(text).remarks[0].at == column


def test_every_error_is_told_in_the_order_of_the_text() -> None:
    remarks = review("<v1> $m.x == 1 && a == b && c.foo('x') && $m.severity == warn").remarks
    assert [remark.at for remark in remarks] == [5, 20, 30, 57]
