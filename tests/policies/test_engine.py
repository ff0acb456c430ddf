"""What an evaluation makes of what rules say, and of rules that break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from levee.model.origin import Origin
from levee.plan.unknown import UnknownValueError, unknown
from levee_policies.engine import evaluate
from levee_policies.facts import Context, Facts
from levee_policies.finding import Report, Verdict
from levee_policies.registry import RULES
from levee_policies.rule import Rule, Severity, Subject, Surface, Violation
from tests.support.rule_cases import AS_OF, Case, loaded

PLAN = loaded(Case("none", "compliant", fails=False, text=""))
CONTEXT = Context(as_of=AS_OF)


def three(_: Facts) -> Iterator[Subject[int]]:
    for number in (1, 2, 3):
        yield Subject(f"number/{number}", Origin("numbers.yaml", (number,)), number)


def rule(check: Any, subjects: Any = three, **changes: Any) -> Rule[int]:
    made: Rule[int] = Rule(
        id="RLS-TST-001",
        title="Numbers are small",
        severity=Severity.HIGH,
        surfaces=frozenset({Surface.FILES}),
        authorities=(),
        subjects=subjects,
        check=check,
        page="",
    )
    return replace(made, **changes)


def judge(*rules: Rule[int]) -> Report:
    return evaluate(PLAN, rules, CONTEXT)


def is_odd(number: int, _: Facts) -> Iterator[Violation]:
    if number % 2:
        yield Violation(current=f"{number}", expected="even", fix="double it", at=("value",))


def test_a_finding_says_who_where_what_and_what_to_do() -> None:
    first = judge(rule(is_odd)).findings[0]
    assert (first.subject, first.current, first.expected, first.remediation) == (
        "prod/number/1",
        "1",
        "even",
        "double it",
    )
    assert first.origin == Origin("numbers.yaml", (1, "value"))
    assert first.verdict is Verdict.FAIL


def test_a_report_says_how_many_subjects_each_rule_looked_at() -> None:
    report = judge(rule(is_odd), rule(is_odd, subjects=lambda _: (), id="RLS-TST-002"))
    assert report.looked_at["RLS-TST-001"] == 3
    assert report.looked_at["RLS-TST-002"] == 0


def test_an_unknown_value_is_an_unknown_verdict_and_gates() -> None:
    def check(number: int, _: Facts) -> Iterator[Violation]:
        if (unknown("the weather") if number == 2 else number) > 2:
            yield Violation("big", "small", "shrink it")

    report = judge(rule(check))
    assert {(f.subject, f.verdict) for f in report.findings} == {
        ("prod/number/2", Verdict.UNKNOWN),
        ("prod/number/3", Verdict.FAIL),
    }
    assert len(report.gating) == 2
    assert "the weather" in report.findings[0].current


def test_what_was_found_before_an_unknown_value_stands() -> None:
    def check(number: int, _: Facts) -> Iterator[Violation]:
        yield Violation("wrong", "right", "fix it")
        bool(unknown("the weather"))

    assert [f.verdict for f in judge(rule(check)).findings].count(Verdict.FAIL) == 3


def test_a_rule_that_breaks_is_a_finding_and_the_others_go_on() -> None:
    def breaks(number: int, _: Facts) -> Iterator[Violation]:
        if number == 2:
            raise KeyError("hunter2")
        yield from ()

    report = judge(rule(breaks), rule(is_odd, id="RLS-TST-002"))
    assert [(f.rule.id, f.subject) for f in report.gating if f.rule.group == "POL"] == [
        ("RLS-POL-004", "prod/number/2")
    ]
    assert [f.subject for f in report.findings if f.rule.id == "RLS-TST-002"] == ["prod/number/1", "prod/number/3"]
    assert "KeyError" in report.gating[0].current + report.gating[-1].current
    assert not [f for f in report.findings if "hunter2" in f.current + f.expected + f.remediation]


def test_a_population_that_breaks_is_a_finding() -> None:
    def breaks(_: Facts) -> Iterator[Subject[int]]:
        yield Subject("number/1", Origin("numbers.yaml"), 1)
        raise ValueError

    assert [f.rule.id for f in judge(rule(is_odd, subjects=breaks)).gating] == ["RLS-POL-004"]


def test_nothing_can_be_done_with_an_unknown_value() -> None:
    value = unknown("the weather")
    uses: list[Any] = [
        lambda: value == 1,
        lambda: value < 1,
        lambda: bool(value),
        lambda: f"{value}",
        lambda: str(value),
        lambda: value in {1},
        lambda: [*value],
        lambda: value["a"],
        lambda: value.name,
        lambda: int(value),
        lambda: value + 1,
        lambda: 1 + value,
        lambda: {value: 1},
        lambda: len(value),
        lambda: not value,
    ]
    for use in uses:
        with pytest.raises(UnknownValueError, match="the weather"):
            use()
    assert repr(value) == "<unknown the weather>"


def test_the_same_plan_gives_the_same_report() -> None:
    assert evaluate(PLAN, RULES, CONTEXT) == evaluate(PLAN, RULES, CONTEXT)
