"""A report for a person at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from levee.diagnostics import Diagnostic, Level
from levee.diagnostics.text import one_line, render_text
from levee.model.waiver import Waiver
from levee_policies.finding import Finding, Report, Verdict
from levee_policies.report.places import Places
from levee_policies.rule import Severity

NAMED: Final = 3  # subjects and remedies that are shown of findings at one place


def as_text(
    reports: Sequence[Report], places: Places, errors: Iterable[Diagnostic] = (), *, fail_on: Severity = Severity.LOW
) -> str:
    """What can't be used and every finding, with place, lines and help; then a line for each stack, and one for all.

    Findings of one rule at one place are shown once, with their number. Findings of less than the severity `fail_on`
    are warnings.
    """
    findings = [*chain.from_iterable(report.findings for report in reports)]
    shown = (_one_of(same, places, fail_on) for same in _at_one_place(findings, places))
    text = render_text(chain(errors, shown))
    lines = [*map(_summary, reports), *_idle(reports), *_totals(findings)]
    return (text + "\n" if text else "") + "".join(line + "\n" for line in lines)


def _at_one_place(findings: Iterable[Finding], places: Places) -> Iterable[Sequence[Finding]]:
    """The findings, those together that one rule has at one place; in order of the first."""
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        place = places.get(finding.origin)
        where = finding.origin if place is None else place.location
        groups.setdefault((finding.rule.id, finding.verdict, finding.waiver, where), []).append(finding)
    return groups.values()


def _one_of(same: Sequence[Finding], places: Places, fail_on: Severity) -> Diagnostic:
    first = diagnostic_of(same[0], places, fail_on)
    if len(same) == 1:
        return first
    others = dict.fromkeys(finding.subject for finding in same[1:] if finding.subject != same[0].subject)
    named = f", also of {', '.join([*others][:NAMED])}" if others else ""
    more = f" and {len(others) - NAMED:,} more" if len(others) > NAMED else ""
    helps = dict.fromkeys(diagnostic_of(finding, places, fail_on).help for finding in same)
    text = f"{first.message} [{len(same):,} findings here{named}{more}]"
    return replace(first, message=one_line(text), help="; or ".join([*helps][:NAMED]))


def _idle(reports: Sequence[Report]) -> Iterator[str]:
    """The organization's rules that had nothing to judge in any stack: what they look for may be misspelled."""
    judged = {rule.id for report in reports for rule in report.rules if report.looked_at.get(rule.id)}
    failed = {finding.origin.file for report in reports for finding in report.findings}
    for rule in dict.fromkeys(rule for report in reports for rule in report.rules if rule.file):
        if rule.id not in judged and rule.file not in failed:
            yield f"note: {rule.id} ({rule.file}) looked at nothing: its subjects yield nothing here"


def _totals(findings: Sequence[Finding]) -> Iterator[str]:
    """What no waiver lets through, by severity, and what one does; nothing where nothing was found."""
    gating = Counter(finding.rule.severity for finding in findings if finding.gates)
    counts = [f"{gating[severity]:,} {severity}" for severity in Severity if gating[severity]]
    if waived := sum(finding.verdict is Verdict.WAIVED for finding in findings):
        counts.append(f"{waived:,} waived")
    if counts:
        yield f"in all: {', '.join(counts)}"


def diagnostic_of(finding: Finding, places: Places, fail_on: Severity = Severity.LOW) -> Diagnostic:
    """The finding as levee's other complaints are shown."""
    place = places.get(finding.origin)
    return Diagnostic(
        id=finding.rule.id,
        message=headline(finding),
        help=finding.remediation if finding.waiver is None else _waived(finding.waiver),
        location=place.location if place else None,
        level=_level(finding, fail_on),
        excerpt=place.lines if place else (),
    )


def _level(finding: Finding, fail_on: Severity) -> Level:
    if finding.fails(fail_on):
        return Level.ERROR
    return Level.WARNING if finding.gates else Level.NOTE


def headline(finding: Finding) -> str:
    """Who breaks what: one line, fit for a terminal."""
    prefix = {Verdict.UNKNOWN: "can't be determined: ", Verdict.WAIVED: "waived: "}.get(finding.verdict, "")
    text = f"{prefix}{finding.subject}: {finding.current}; expected {finding.expected} ({finding.rule.severity})"
    return one_line(text)


def _waived(waiver: Waiver) -> str:
    until = f"waived until {waiver.expires.isoformat()} ({waiver.ticket}, approved by {waiver.approved_by})"
    return f"{until}: {waiver.reason}"


def _summary(report: Report) -> str:
    judgements = sum(report.looked_at.values())
    counts = ", ".join(_counts(report.findings)) or "nothing found"
    return (
        f"{report.stack}: {counts}; {len(report.rules)} rules, {judgements} judgements as of {report.as_of.isoformat()}"
    )


def _counts(findings: Iterable[Finding]) -> Iterator[str]:
    listed = list(findings)
    for verdict, word in ((Verdict.FAIL, "failed"), (Verdict.UNKNOWN, "unknown"), (Verdict.WAIVED, "waived")):
        count = sum(finding.verdict is verdict for finding in listed)
        if count:
            yield f"{count} {word}"
