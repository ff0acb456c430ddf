"""A report for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from levee.diagnostics import Diagnostic, Level
from levee.diagnostics.text import render_text
from levee.model.waiver import Waiver
from policies.finding import Finding, Report, Verdict
from policies.report.places import Places


def as_text(reports: Sequence[Report], places: Places, *, passed: bool = True) -> str:
    """Every finding with its place, lines and help; then a line for each stack. `passed`: also where all is well."""
    findings = list(chain.from_iterable(report.findings for report in reports))
    text = render_text(diagnostic_of(finding, places) for finding in findings)
    lines = [_summary(report) for report in reports if passed or report.gating]
    return (text + "\n" if text else "") + "\n".join(lines) + "\n"


def diagnostic_of(finding: Finding, places: Places) -> Diagnostic:
    """The finding as levee's other complaints are shown."""
    place = places.get(finding.origin)
    return Diagnostic(
        id=finding.rule.id,
        message=headline(finding),
        help=finding.remediation if finding.waiver is None else _waived(finding.waiver),
        location=place.location if place else None,
        level=Level.ERROR if finding.gates else Level.NOTE,
        excerpt=place.lines if place else (),
    )


def headline(finding: Finding) -> str:
    """Who breaks what: one line."""
    prefix = {Verdict.UNKNOWN: "can't be told: ", Verdict.WAIVED: "waived: "}.get(finding.verdict, "")
    return f"{prefix}{finding.subject}: {finding.current}; expected {finding.expected} ({finding.rule.severity})"


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
