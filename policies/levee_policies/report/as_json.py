"""A report for a program: findings, and how much each rule looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from levee.diagnostics import Diagnostic, Location
from levee_policies.finding import Finding, Report
from levee_policies.report.places import Places

FORMAT_VERSION: Final = 1


def as_json(reports: Sequence[Report], places: Places, errors: Sequence[Diagnostic] = ()) -> str:
    """The reports with sorted keys and a final newline. `format` rises when a field changes meaning.

    `errors` are why a stack isn't judged, or not all of them.
    """
    document = {
        "format": FORMAT_VERSION,
        "errors": [_error(error) for error in errors],
        "stacks": [_report(report, places) for report in reports],
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _report(report: Report, places: Places) -> dict[str, Any]:
    return {
        "stack": report.stack,
        "as_of": report.as_of.isoformat(),
        "clean": not report.gating,
        "rules": {
            rule.id: {"severity": rule.severity.value, "title": rule.title, "looked_at": report.looked_at[rule.id]}
            for rule in report.rules
        },
        "findings": [_finding(finding, places) for finding in report.findings],
    }


def _error(error: Diagnostic) -> dict[str, Any]:
    return {
        "id": error.id,
        "message": error.message,
        "help": error.help,
        "location": None if error.location is None else _location(error.location),
    }


def _location(location: Location) -> dict[str, str | int]:
    return {
        "file": location.file,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }


def _finding(finding: Finding, places: Places) -> dict[str, Any]:
    place = places.get(finding.origin)
    return {
        "rule": finding.rule.id,
        "severity": finding.rule.severity.value,
        "verdict": finding.verdict.value,
        "subject": finding.subject,
        "current": finding.current,
        "expected": finding.expected,
        "remediation": finding.remediation,
        "fingerprint": finding.fingerprint,
        "urn": finding.origin.urn or None,
        "location": _location(place.location) if place else None,
        "waiver": _waiver(finding),
    }


def _waiver(finding: Finding) -> dict[str, str] | None:
    waiver = finding.waiver
    if waiver is None:
        return None
    return {
        "reason": waiver.reason,
        "owner": waiver.owner,
        "ticket": waiver.ticket,
        "approved_by": waiver.approved_by,
        "expires": waiver.expires.isoformat(),
    }
