"""Each rule on stacks that keep it and stacks that break it, written as files and read by the real loader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from levee.clock import Clock
from levee.diagnostics import Rejected
from levee_policies.registry import BY_ID, RULES, on
from levee_policies.rule import Rule, Surface
from tests.support.registered import evaluated
from tests.support.rule_cases import Case, cases, cases_of, fired, plan_of, report_of, verdicts

OFFLINE = on(Surface.FILES)
CHANGING = on(Surface.CHANGE)
OBSERVABLE = tuple(rule for rule in RULES if rule.surfaces & {Surface.RESOURCE, Surface.STACK})
COMPLIANT = Case("none", "compliant", fails=False, text="")


def name(case: Case) -> str:
    return f"{case.rule}-{case.name}"


def test_the_compliant_stack_breaks_nothing() -> None:
    report = report_of(COMPLIANT, OFFLINE)
    assert [(finding.rule.id, finding.subject, finding.current) for finding in report.findings] == []


def test_every_offline_rule_has_something_to_look_at_in_the_compliant_stack() -> None:
    looked_at = report_of(COMPLIANT, OFFLINE).looked_at
    idle = {rule.id for rule in OFFLINE if rule.group != "POL" and not looked_at[rule.id]}
    assert idle == set()


@pytest.mark.parametrize("case", [each for each in cases() if each.of_files], ids=name)
def test_a_case_fires_exactly_what_it_names(case: Case) -> None:
    report = report_of(case, OFFLINE)
    assert fired(report) == case.expected, [(f.rule.id, f.subject, f.current) for f in report.findings]
    assert verdicts(report, case.rule) == case.verdicts


@pytest.mark.parametrize("case", [each for each in cases() if each.before], ids=name)
def test_a_change_fires_exactly_what_it_names(case: Case) -> None:
    report = report_of(case, CHANGING)
    assert fired(report) == case.expected, [(f.rule.id, f.subject, f.current) for f in report.findings]
    assert verdicts(report, case.rule) == case.verdicts


@pytest.mark.parametrize("case", [each for each in cases() if each.is_dated], ids=name)
def test_a_case_with_dates_comes_out_the_same_on_any_day(case: Case, clock: Clock) -> None:
    moved = case.on(clock.today())
    report = report_of(moved, CHANGING) if case.before else evaluated(moved, OBSERVABLE)
    assert fired(report) == case.expected, [(f.rule.id, f.subject, f.current) for f in report.findings]


def test_no_change_breaks_nothing() -> None:
    report = report_of(Case("none", "no change", fails=False, text="before: {}"), CHANGING)
    assert [(finding.rule.id, finding.subject, finding.current) for finding in report.findings] == []


def test_a_rule_of_changes_without_a_change_has_not_been_evaluated() -> None:
    assert fired(report_of(COMPLIANT, CHANGING)) == {"RLS-POL-004"}


def test_the_compliant_stack_breaks_nothing_when_it_is_registered() -> None:
    report = evaluated(COMPLIANT, OBSERVABLE)
    assert [(finding.rule.id, finding.subject, finding.current) for finding in report.findings] == []


@pytest.mark.parametrize("case", [each for each in cases() if each.resources], ids=name)
def test_a_registered_case_fires_exactly_what_it_names(case: Case) -> None:
    report = evaluated(case, OBSERVABLE)
    assert fired(report) == case.expected, [(f.rule.id, f.subject, f.current) for f in report.findings]
    assert verdicts(report, case.rule) == case.verdicts


BOTH = [
    case
    for case in cases()
    if case.of_files and any(BY_ID[each] in OBSERVABLE for each in case.expected)
    if case.changes.get("stack.yaml", {}).get("target", "kafka") == "kafka"  # the only one the program provisions
]


@pytest.mark.parametrize("case", BOTH, ids=name)
def test_what_files_break_is_found_on_the_registered_resources_too(case: Case) -> None:
    report = evaluated(case, OBSERVABLE)
    registered = {rule for rule, subjects in report.looked_at.items() if subjects}
    assert fired(report) == case.expected & registered


@pytest.mark.parametrize(
    "rule", [each for each in RULES if each.group != "POL" and Surface.CHANGE not in each.surfaces], ids=lambda r: r.id
)
def test_every_rule_fires_on_registered_resources_or_says_why_none_shows_it(rule: Rule[Any]) -> None:
    failing = [case for case in cases_of(rule) if case.fails and not case.refused and not case.before]
    fires = any(
        verdicts(evaluated(case, OBSERVABLE), rule.id) for case in sorted(failing, key=lambda c: not c.resources)
    )
    assert fires is (not rule.unregistered)
    assert bool(rule.unregistered) is (rule not in OBSERVABLE)


@pytest.mark.parametrize("case", [each for each in cases() if each.refused], ids=name)
def test_a_case_that_no_file_may_say_is_refused_when_it_is_read(case: Case, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as rejected:
        plan_of(case, tmp_path)
    assert {diagnostic.id for diagnostic in rejected.value.diagnostics} == case.refused


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.group != "POL"], ids=lambda rule: rule.id)
def test_every_rule_has_cases_that_pass_and_cases_that_fail(rule: object) -> None:
    found = cases_of(rule)  # type: ignore[arg-type]
    assert any(case.fails for case in found)
    assert any(not case.fails for case in found)
