"""A report as SARIF 2.1.0, for code scanning.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub makes of it and its limits:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from levee import __version__
from policies.finding import Finding, Report, Verdict
from policies.report.page import page_markdown, page_text, title_of
from policies.report.places import Place, Places
from policies.rule import Rule, Severity

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final[Mapping[Severity, str]] = MappingProxyType(
    {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
)
# GitHub's own steps: above 9.0 critical, 7.0 high, 4.0 medium, else low.
_SECURITY: Final[Mapping[Severity, str]] = MappingProxyType(
    {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
)


def as_sarif(reports: Sequence[Report], places: Places) -> str:
    """The reports as one run. Every rule that was judged is listed with its page; waived findings are suppressed."""
    rules = {rule.id: rule for report in reports for rule in report.rules}
    listed = [rules[name] for name in sorted(rules)]
    index = {rule.id: position for position, rule in enumerate(listed)}
    run = {
        "tool": {"driver": _driver(listed)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The folder that holds stacks/."}}},
        "invocations": [{"executionSuccessful": True}],
        "results": [
            _result(finding, places, index[finding.rule.id]) for report in reports for finding in report.findings
        ],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _driver(rules: Sequence[Rule[Any]]) -> dict[str, Any]:
    return {"name": "levee", "semanticVersion": __version__, "version": __version__, "rules": [_rule(r) for r in rules]}


def _rule(rule: Rule[Any]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": _camel(rule.title),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": title_of(rule.page)},
        "help": {"text": page_text(rule), "markdown": page_markdown(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", f"group:{rule.group}", *sorted(rule.authorities)][:20],
            "security-severity": _SECURITY[rule.severity],
            "precision": "very-high",
            "severity": rule.severity.value,
            "waivable": rule.waivable,
        },
    }


def _camel(title: str) -> str:
    words = "".join(character if character.isalnum() else " " for character in title).split()
    return "".join(word[:1].upper() + word[1:] for word in words)


def _result(finding: Finding, places: Places, rule_index: int) -> dict[str, Any]:
    place = places.get(finding.origin)
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": finding.subject, "kind": "resource"}]}
    if place is not None:
        location["physicalLocation"] = _physical(place)
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.rule.severity],
        "kind": "fail",
        "message": {
            "text": f"{finding.subject}: {finding.current}; expected {finding.expected}. {finding.remediation}"
        },
        "locations": [location],
        "partialFingerprints": {"leveeFinding/v1": finding.fingerprint},
        "properties": {"verdict": finding.verdict.value},
    }
    if finding.verdict is Verdict.WAIVED and finding.waiver is not None:
        waiver = finding.waiver
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"{waiver.reason} (until {waiver.expires}, {waiver.ticket}, {waiver.approved_by})",
            }
        ]
    return result


def _physical(place: Place) -> dict[str, Any]:
    location = place.location
    region: dict[str, Any] = {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }
    if place.lines:
        region["snippet"] = {"text": "\n".join(place.lines)}
    return {
        "artifactLocation": {"uri": quote(location.file, safe="/-._~"), "uriBaseId": "%SRCROOT%"},
        "region": region,
    }
