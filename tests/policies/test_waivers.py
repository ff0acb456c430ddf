"""Exceptions: what they let through, and when they are findings themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from levee.diagnostics import Rejected
from levee.loading.waivers import load_waivers
from levee.model.origin import Origin
from levee.model.waiver import Waiver
from levee_policies.engine import evaluate
from levee_policies.finding import Report, Verdict
from levee_policies.registry import BY_ID, on
from levee_policies.rule import Severity, Surface
from levee_policies.waivers import LONGEST_DAYS, apply
from tests.support.rule_cases import AS_OF, Case, loaded, write

BROKEN = Case("RLS-DUR-002", "broken", fails=True, text="streams/payments-audit.yaml: {min_insync: 1}")
ABROAD = Case(
    "RLS-RES-002", "abroad", fails=True, text="streams/payments-audit.yaml: {sources: {0: {region: us-east-1}}}"
)
NEVER = tuple(rule for rule in BY_ID.values() if not rule.waivable)
SUBJECT = "prod/stream/payments-audit"


def waiver(**changes: Any) -> Waiver:
    made = Waiver(
        rule="RLS-DUR-002",
        subject=SUBJECT,
        reason="the third broker arrives in December",
        owner="payments-team",
        ticket="GOV-1",
        approved_by="risk@example.com",
        expires=AS_OF + timedelta(days=7),
        origin=Origin("stacks/waivers.yaml", ("waivers", 0)),
    )
    return replace(made, **changes)


def judge(*waivers: Waiver, case: Case = BROKEN) -> Report:
    return evaluate(loaded(case), on(Surface.FILES), replace(case.context, waivers=waivers, never_waived=NEVER))


def gating(report: Report) -> list[str]:
    return [finding.rule.id for finding in report.gating]


def test_without_a_waiver_it_gates() -> None:
    assert gating(judge()) == ["RLS-DUR-002"]


@pytest.mark.parametrize("subject", [SUBJECT, "prod/stream/pay*", "prod/stream/payments-audi?"])
def test_a_waiver_lets_through_and_stays_visible(subject: str) -> None:
    report = judge(waiver(subject=subject))
    assert gating(report) == []
    assert [(f.rule.id, f.verdict) for f in report.findings] == [("RLS-DUR-002", Verdict.WAIVED)]
    assert report.waived[0].waiver == waiver(subject=subject)


@pytest.mark.parametrize(
    "subject", ["prod/*", "prod/stream/*", "prod/s*/payments-audit", "prod/?tream/*", "prod/stream/[a-z]*"]
)
def test_a_waiver_for_a_whole_stack_or_kind_lets_nothing_through(subject: str) -> None:
    assert gating(judge(waiver(subject=subject))) == ["RLS-DUR-002", "RLS-POL-001"]


@pytest.mark.parametrize("rule", ["RLS-POL-001", "RLS-POL-002", "RLS-POL-003", "RLS-POL-004", "RLS-POL-005"])
def test_a_waiver_of_a_rule_on_waivers_is_a_finding(rule: str) -> None:
    assert gating(judge(waiver(), waiver(rule=rule, subject="prod/waiver/RLS-DUR-002"))) == ["RLS-POL-001"]


def test_a_waiver_that_is_never_given_is_a_finding_on_every_feed() -> None:
    unjudged = next(rule for rule in NEVER if Surface.FILES not in rule.surfaces)
    assert gating(judge(waiver(), waiver(rule=unjudged.id))) == ["RLS-POL-001"]


def test_it_holds_up_to_and_including_its_day() -> None:
    assert gating(judge(waiver(expires=AS_OF))) == []
    assert gating(judge(waiver(expires=AS_OF - timedelta(days=1)))) == ["RLS-DUR-002", "RLS-POL-002"]


def test_an_unused_waiver_is_a_finding() -> None:
    report = judge(waiver(), waiver(rule="RLS-DUR-001"))
    assert gating(report) == ["RLS-POL-003"]
    assert "matches no finding" in report.gating[0].current


def test_a_waiver_may_await_its_change_up_to_and_including_a_day() -> None:
    for day, found in ((AS_OF, []), (AS_OF - timedelta(days=1), ["RLS-POL-003"])):
        assert gating(judge(waiver(), waiver(rule="RLS-DUR-001", change_by=day))) == found


def test_a_shadowed_waiver_is_a_finding() -> None:
    report = judge(waiver(), waiver(subject="prod/stream/payments-*"))
    assert gating(report) == ["RLS-POL-003"]
    assert SUBJECT in report.gating[0].current


def test_a_waiver_that_ends_too_late_lets_nothing_through() -> None:
    longest = LONGEST_DAYS[Severity.HIGH]
    assert gating(judge(waiver(expires=AS_OF + timedelta(days=longest)))) == []
    assert gating(judge(waiver(expires=AS_OF + timedelta(days=longest + 1)))) == ["RLS-DUR-002", "RLS-POL-001"]


def test_some_rules_cannot_be_waived() -> None:
    assert not BY_ID["RLS-RES-002"].waivable
    report = judge(waiver(rule="RLS-RES-002", subject="prod/*"), case=ABROAD)
    assert gating(report) == ["RLS-RES-002", "RLS-POL-001"]


def test_a_waiver_of_another_stack_is_none_of_this_ones_business() -> None:
    assert gating(judge(waiver(subject="local/*"))) == ["RLS-DUR-002"]


def test_a_waiver_of_a_rule_that_is_not_judged_here_is_not_called_unused() -> None:
    assert gating(judge(waiver(), waiver(rule="RLS-DEL-002"))) == []


FILE = """\
waivers:
  - rule: RLS-DUR-002
    subject: prod/stream/payments-*
    reason: the third broker arrives in December
    owner: payments-team
    ticket: GOV-1
    approved_by: risk@example.com
    expires: 2026-12-01
"""


def project(folder: Path, text: str) -> Path:
    write(BROKEN, folder)
    (folder / "stacks" / "waivers.yaml").write_text(text)
    return folder


def test_the_file_is_read(tmp_path: Path) -> None:
    (found,) = load_waivers(project(tmp_path, FILE), BY_ID)
    assert found.expires == date(2026, 12, 1)
    assert found.origin == Origin("stacks/waivers.yaml", ("waivers", 0))


def test_the_day_of_the_change_is_read(tmp_path: Path) -> None:
    text = FILE.replace("    expires:", "    change_by: 2026-11-28\n    expires:")
    assert load_waivers(project(tmp_path, text), BY_ID)[0].change_by == date(2026, 11, 28)
    with pytest.raises(Rejected):
        load_waivers(project(tmp_path / "other", text.replace("11-28", "soon")), BY_ID)


def test_no_file_is_no_waivers(tmp_path: Path) -> None:
    assert load_waivers(write(BROKEN, tmp_path), BY_ID) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    reason: the third broker arrives in December\n", "", "missing-key 2:5"),
        ("the third broker arrives in December", "later", "bad-value 4:13"),
        ("    owner: payments-team\n", "", "missing-key 2:5"),
        ("    expires: 2026-12-01\n", "", "missing-key 2:5"),
        ("2026-12-01", "2026-13-01", "bad-value 8:14"),
        ("RLS-DUR-002", "RLS-DUR-999", "unknown-rule 2:11"),
        ("RLS-DUR-002", "dur2", "bad-value 2:11"),
        ("prod/stream", "prd/stream", "unknown-stack 3:14"),
        ("prod/stream/payments-*", "prod", "bad-value 3:14"),
        ("ticket", "tikcet", "unknown-key 6:5"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_by_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(Rejected) as rejected:
        load_waivers(project(tmp_path, FILE.replace(old, new)), BY_ID)
    assert rejected.value.exit_code == 2
    places = [
        f"{each.id} {each.location.line}:{each.location.column}" for each in rejected.value.diagnostics if each.location
    ]
    assert told in places


@pytest.mark.timeout(120)
def test_very_many_waivers_and_findings_take_no_time_together() -> None:
    """Each waiver of one subject is found by it; those that come first still count first."""
    (finding,) = judge().gating
    findings = [replace(finding, subject=f"{SUBJECT}-{number}") for number in range(30_000)]
    exact = [waiver(subject=f"{SUBJECT}-{number}") for number in range(30_000)]
    general = waiver(subject=f"{SUBJECT}-7*", ticket="GOV-2")
    judged, uses = apply(
        findings, [*exact[:100], general, *exact[100:]], rules=[finding.rule], stack="prod", as_of=AS_OF
    )
    tickets = {each.subject: each.waiver.ticket for each in judged if each.waiver is not None}
    assert len(tickets) == 30_000
    assert (tickets[f"{SUBJECT}-7"], tickets[f"{SUBJECT}-700"], tickets[f"{SUBJECT}-8"]) == ("GOV-1", "GOV-2", "GOV-1")
    assert [use.waiver.subject for use in uses[99:101]] == [f"{SUBJECT}-99", f"{SUBJECT}-7*"]
    assert uses[100].matched == 1_111
    assert uses[701].shadowed_by == general
