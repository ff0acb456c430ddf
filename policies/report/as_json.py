"""A report for a program: findings, and how much each rule looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from policies.finding import Finding, Report
from policies.report.places import Places

FORMAT_VERSION: Final = 1


def as_json(reports: Sequence[Report], places: Places) -> str:
    """The reports with sorted keys and a final newline. `format` rises when a field changes meaning."""
    document = {"format": FORMAT_VERSION, "stacks": [_report(report, places) for report in reports]}
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


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


def _finding(finding: Finding, places: Places) -> dict[str, Any]:
    place = places.get(finding.origin)
    location = place.location if place else None
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
        "location": {
            "file": location.file,
            "line": location.line,
            "column": location.column,
            "end_line": location.end_line,
            "end_column": location.end_column,
        }
        if location
        else None,
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
