"""One filter for each trap, and beside it one that does without."""

from __future__ import annotations

import pytest

from levee.diagnostics import Level
from levee.filter.review import review

TRAPS = [
    ("false", "nothing passes", "a == 1"),
    ("a == 1 || b == 2 && c == 3", "&& binds before ||", "a == 1 || (b == 2 && c == 3)"),
    ("a", "counts as true", "a:bool"),
    ("b == 1 && !a", "counts as true", "b == 1 && !a:bool"),
    ("!a.contains('x')", "negated function", "!$l.applicationname.contains('x')"),
    ("a.matches(/x/)", "pages disagree", "a.contains('x')"),
    ("$m.timestamp > @'now'", "another time", "$m.timestamp > @'2024-01-01'"),
    ("applicationname == 'x'", "not the label $l.applicationname", "$l.applicationname == 'x'"),
    ("$d.subsystemName == 'x'", "not the label $l.subsystemname", "$d.a.subsystemName == 'x'"),
    ("$m.severity >= ERROR", "no order", "$m.severity == ERROR"),
    ("level == ERROR", "holds text", "level == 'ERROR'"),
    ("a == null", "never true", "$l.applicationname == null"),
    ("$m.timestamp < @'2024-01-01'", "ends in silence", "$m.timestamp >= @'2024-01-01'"),
    ("@'2024-01-01' >= $m.timestamp", "ends in silence", "@'2024-01-01' < $m.timestamp"),
    ("$l.applicationname == 'ibm-audit-events'", "ibm-audit-event", "$l.applicationname == 'ibm-audit-event'"),
    ("$l.applicationname.in('ibm-audit-events')", "ibm-audit-event", "$l.applicationname.in('ibm-audit-event')"),
    (
        "$l.applicationname == 'ibm-audit-event' && $l.subsystemname == 'iam-am'",
        "service:instance",
        "$l.applicationname == 'ibm-audit-event' && $l.subsystemname.startsWith('iam-am:')",
    ),
    ("$l.applicationname == app", "the field $d.app", "$l.applicationname == $d.app"),
]  # fmt: skip
NOTES = [
    ("true", "everything passes"),
    ("a != 1", "without the field"),
    ("!(a == 1)", "without the field"),
    ("$l.applicationname == 'ibm-platform-logs'", "ibm-platform-log"),
    ("$d.severity == 'ERROR'", "normal, warning or critical"),
]


@pytest.mark.parametrize(("trap", "said", "instead"), TRAPS, ids=[trap for trap, _, _ in TRAPS])
def test_a_trap_is_warned_of_and_what_to_write_is_not(trap: str, said: str, instead: str) -> None:
    found = [each for each in review(f"<v1> {trap}").remarks if each.level is Level.WARNING]
    assert len([each for each in found if said in each.message]) == 1
    assert all(each.help for each in found)
    again = review(f"<v1> {instead}")
    assert again.expression is not None
    assert not [each for each in again.remarks if each.level is Level.WARNING]


@pytest.mark.parametrize(("text", "said"), NOTES)
def test_what_is_often_meant_is_only_noted(text: str, said: str) -> None:
    (note,) = review(f"<v1> {text}").remarks
    assert note.level is Level.NOTE
    assert said in note.message
