"""What single operators, functions and types make of a record; a row is `filter, event, answer`."""

from __future__ import annotations

import json

import pytest

from levee.filter.evaluate import Answer, answer
from levee.filter.operations import compiled
from levee.filter.record import record_of
from levee.filter.review import require

PASSES, FAILS, OPEN = Answer.PASSES, Answer.FAILS, Answer.OPEN

CASES = [
    # Missing fields, null, objects: null is not true, and `!` of it is open.
    ("a == 'x'", {}, FAILS),
    ("a == 'x'", {"a": None}, FAILS),
    ("a == 'x'", {"a": {"b": 1}}, FAILS),
    ("a != 'x'", {}, OPEN),
    ("a != 'x'", {"a": ["x"]}, OPEN),
    ("!(a == 'x')", {}, OPEN),
    ("!a.contains('x')", {}, OPEN),
    ("a == null", {}, PASSES),
    ("a == null", {"a": 0}, FAILS),
    ("a != null", {"a": ""}, PASSES),
    ("a != null", {"a": {}}, FAILS),
    ("a == null", {"a": []}, FAILS),
    ("!(a == null)", {"a": {}}, OPEN),
    ("a != null && a != 'x'", {}, FAILS),
    ("a != null && a != 'x'", {"a": "y"}, PASSES),
    ("a:string == b", {}, FAILS),
    ("null == null", {}, PASSES),
    # Logic: what decides, decides though the other side is null or open.
    ("a == 'x' || true", {}, PASSES),
    ("a != 'x' && false", {}, FAILS),
    ("a != 'x' || b == 1", {"b": 1}, PASSES),
    ("!!(a == 1)", {"a": 1}, PASSES),
    ("(a == 1) == (b == 2)", {"a": 1, "b": 2}, PASSES),
    ("(a == 1) != true", {"a": 2}, PASSES),
    # Types: an annotation converts; whether an inferred type does is open.
    ("a > 5", {"a": "6"}, OPEN),
    ("a > 5", {"a": "4"}, FAILS),
    ("a > 5", {"a": "six"}, FAILS),
    ("a:number > 5", {"a": "6"}, PASSES),
    ("a:number > 5", {"a": "6e0"}, OPEN),
    ("a:number > 5", {"a": "six"}, FAILS),
    ("a:number > 5", {"a": True}, OPEN),
    ("a == '6'", {"a": 6}, OPEN),
    ("a:string == '6'", {"a": 6}, PASSES),
    ("a:string == '6.5'", {"a": 6.5}, PASSES),
    ("a:string == '6.0'", {"a": 6.0}, OPEN),
    ("a:string == 'x'", {"a": {}}, OPEN),
    ("a == true", {"a": True}, PASSES),
    ("a == true", {"a": "true"}, OPEN),
    ("a:bool", {"a": "true"}, PASSES),
    ("a:bool", {"a": "nothing"}, FAILS),
    ("a:bool", {"a": "TRUE"}, OPEN),
    ("a", {"a": True}, PASSES),
    ("a", {"a": "r-1"}, OPEN),
    ("a", {}, FAILS),
    ("!a", {}, OPEN),
    ("a == ERROR", {"a": "ERROR"}, OPEN),
    ("a:severity == ERROR", {"a": "ERROR"}, PASSES),
    ("a:severity == ERROR", {"a": "error"}, OPEN),
    ("a:severity == ERROR", {"a": "none"}, FAILS),
    ("a:timestamp < @'2024-01-01'", {"a": "2023-12-31T23:59:59.999Z"}, PASSES),
    ("a:timestamp < @'2024-01-01'", {"a": "2023-12-31T23:30:00-01:00"}, FAILS),
    ("a:timestamp < @'2024-01-01'", {"a": 1700000000}, OPEN),
    ("@('2024-01-01T01:00+01:00') == @'2024-01-01'", {}, PASSES),
    ("'123':number == 123.0", {}, PASSES),
    ("a == 0.1", {"a": 0.1}, PASSES),
    # Text.
    ("a < 'b'", {"a": "B"}, PASSES),
    ("a.startsWith('')", {"a": ""}, PASSES),
    ("a.endsWith(b)", {"a": "xyz", "b": "yz"}, PASSES),
    ("a == 'it\\'s \\\\ \\n'", {"a": "it's \\ \n"}, PASSES),
    ("a.matches(/^x.*/)", {"a": "xy"}, PASSES),
    ("a.matches(/x/)", {"a": "xy"}, OPEN),
    ("a.matches(/a\\/b/)", {"a": "a/b"}, PASSES),
    ("a.matches(/é+/)", {"a": "éé"}, PASSES),
    # in.
    ("a:number.in(1, b)", {"a": 2, "b": 2}, PASSES),
    ("a:bool.in(true)", {"a": True}, PASSES),
    ("!a:string.in('x')", {"a": "y"}, PASSES),
    ("!a:string.in('x')", {}, OPEN),
    # Paths.
    ("a.b == 1", {"a.b": 1}, FAILS),
    ("$d['a.b'] == 1", {"a.b": 1}, PASSES),
    ("a['b c'].d == 1", {"a": {"b c": {"d": 1}}}, PASSES),
    ("a.b == 1", {"a": [{"b": 1}]}, OPEN),
    ("$d.true == 1", {"true": 1}, PASSES),
    # Of an event alone labels and metadata are unknown; now is a moment that no record knows.
    ("$l.applicationname == 'x'", {}, OPEN),
    ("$m.severity == ERROR || true", {}, PASSES),
    ("@'now' > @'2024-01-01'", {}, OPEN),
]  # fmt: skip


@pytest.mark.parametrize(("text", "event", "expected"), CASES, ids=[f"{text} of {event}" for text, event, _ in CASES])
def test_what_becomes_of_a_record(text: str, event: dict[str, object], expected: Answer) -> None:
    assert answer(compiled(require(f"<v1> {text}")), record_of(json.dumps(event))) is expected


@pytest.mark.parametrize("severity", ["Error", "ERROR", "error", "5", 5])
def test_a_severity_is_known_in_every_form_that_ibm_writes(severity: object) -> None:
    row = json.dumps(
        {"metadata": {"severity": severity, "timestamp": "2026-06-01T12:00:00.123456789"}, "user_data": "{}"}
    )
    record = record_of(row)
    assert answer(compiled(require("<v1> $m.severity == ERROR")), record) is PASSES
    assert answer(compiled(require("<v1> $m.timestamp > @'2026-06-01T12:00:00.123456788Z'")), record) is PASSES


def test_a_label_that_is_not_there_is_null_where_labels_are() -> None:
    record = record_of('{"labels": {}, "metadata": {"severity": "?"}}')
    assert answer(compiled(require("<v1> $l.applicationname == null")), record) is PASSES
    assert answer(compiled(require("<v1> $m.severity == ERROR")), record) is OPEN


def test_operations_that_this_version_has_not_are_refused() -> None:
    for condition in (["like", "string", ["constant", "string", "a"]], ["holds", ["now"]]):
        with pytest.raises(ValueError, match="no "):
            answer({"version": 1, "condition": condition}, record_of("{}"))  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="version 2"):
        answer({"version": 2, "condition": ["holds", ["constant", "bool", True]]}, record_of("{}"))
