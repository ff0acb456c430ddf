"""A report for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from levee.diagnostics import Diagnostic, Level
from levee.diagnostics.text import one_line, render_text
from levee.model.waiver import Waiver
from policies.finding import Finding, Report, Verdict
from policies.report.places import Places
from policies.rule import Severity


def as_text(
    reports: Sequence[Report], places: Places, errors: Iterable[Diagnostic] = (), *, fail_on: Severity = Severity.LOW
) -> str:
    """What can't be used and every finding, with place, lines and help; then a line for each stack.

    Findings of less than the severity `fail_on` are warnings.
    """
    findings = chain.from_iterable(report.findings for report in reports)
    text = render_text(chain(errors, (diagnostic_of(finding, places, fail_on) for finding in findings)))
    return (text + "\n" if text else "") + "".join(_summary(report) + "\n" for report in reports)


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
    prefix = {Verdict.UNKNOWN: "can't be told: ", Verdict.WAIVED: "waived: "}.get(finding.verdict, "")
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
