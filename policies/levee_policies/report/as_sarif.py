"""A report as SARIF 2.1.0, for code scanning.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub makes of it and its limits:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from levee import __version__
from levee.diagnostics import Diagnostic, Location
from levee.diagnostics.text import printable, window
from levee_policies.finding import Finding, Report
from levee_policies.report.page import page_markdown, page_text, title_of
from levee_policies.report.places import Place, Places, below
from levee_policies.rule import Rule, Severity

MOST_RESULTS: Final = 5_000
"""GitHub shows so many of a run and refuses a file with more than 25,000."""
LONGEST_TEXT: Final = 1_000  # so that a full report stays far below the 10 MB, compressed, that GitHub takes
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final[Mapping[Severity, str]] = MappingProxyType(
    {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
)
# GitHub's own steps: above 9.0 critical, 7.0 high, 4.0 medium, else low.
_SECURITY: Final[Mapping[Severity, str]] = MappingProxyType(
    {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
)


_UNUSABLE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "id": "LEVEE-INPUT",
        "name": "InputCanBeUsed",
        "shortDescription": {"text": "A file can't be used."},
        "fullDescription": {"text": "The file can't be read or is not valid, so that its stacks were not judged."},
        "help": {"text": "Correct what the message says and run `levee check` again."},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["security"], "security-severity": "9.5", "precision": "very-high"},
    }
)


def as_sarif(
    reports: Sequence[Report],
    places: Places,
    errors: Sequence[Diagnostic] = (),
    *,
    folder: str = "",
    category: str = "levee",
    waived: bool = False,
) -> str:
    """The reports as one run, the worst results first, `MOST_RESULTS` at most.

    Every rule that was judged is listed with its page. What can't be used is a result, too: otherwise GitHub would
    close alerts of what was not judged without opening one. `folder` leads from the repository's root to the project;
    `category` is what a later upload replaces. What a waiver lets through is left out unless it is `waived` that is
    asked for: GitHub doesn't read suppressions and would open alerts.
    """
    rules = {rule.id: rule for report in reports for rule in report.rules}
    listed = [rules[name] for name in sorted(rules)]
    index = {rule.id: position for position, rule in enumerate(listed)}
    unusable = [_unusable(error, len(listed)) for error in errors if error.location is not None]
    shown = sarif_findings(reports, waived=waived)
    results = [
        *unusable[:MOST_RESULTS],
        *(_result(each, places, folder, index[each.rule.id]) for each in shown[: max(0, MOST_RESULTS - len(unusable))]),
    ]
    invocation: dict[str, Any] = {"executionSuccessful": not errors}
    notes = [_notification("error", error.id, error.message, error) for error in errors]
    notes += _counted(reports, len(unusable) + len(shown) - len(results), waived=waived)
    if notes:
        invocation["toolExecutionNotifications"] = notes[:MOST_RESULTS]
    run = {
        "tool": {"driver": _driver(listed, with_unusable=bool(unusable))},
        "automationDetails": {"id": f"{category}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "invocations": [invocation],
        "results": results,
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def sarif_findings(reports: Sequence[Report], *, waived: bool) -> list[Finding]:
    """The findings that are results, the worst first, however many a report takes."""
    findings = chain.from_iterable(report.findings if waived else report.gating for report in reports)
    return sorted(findings, key=lambda finding: finding.sort_key)


def _counted(reports: Sequence[Report], beyond: int, *, waived: bool) -> Iterator[dict[str, Any]]:
    """What the results don't show."""
    if beyond > 0:
        yield _notification("warning", "results-left-out", f"{beyond} more results, the least severe, are left out")
    count = sum(len(report.waived) for report in reports)
    if count and not waived:
        yield _notification("note", "waived-left-out", f"{count} waived findings are left out; text and JSON show them")


def _notification(level: str, id_: str, text: str, error: Diagnostic | None = None) -> dict[str, Any]:
    notification: dict[str, Any] = {"level": level, "descriptor": {"id": id_}, "message": {"text": _text(text)}}
    if error is not None and error.location is not None:
        notification["locations"] = [{"physicalLocation": _physical(error.location)}]
    return notification


def _driver(rules: Sequence[Rule[Any]], *, with_unusable: bool) -> dict[str, Any]:
    listed = [*map(_rule, rules), *([dict(_UNUSABLE)] if with_unusable else [])]
    return {
        "name": "levee",
        "semanticVersion": __version__,
        "version": __version__,
        "rules": listed,
    }


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


def _unusable(error: Diagnostic, rule_index: int) -> dict[str, Any]:
    assert error.location is not None
    return {
        "ruleId": _UNUSABLE["id"],
        "ruleIndex": rule_index,
        "level": "error",
        "kind": "fail",
        "message": {"text": _text(". ".join(filter(None, (error.message, error.help))))},
        "locations": [{"physicalLocation": _physical(error.location)}],
        "properties": {"id": error.id},
    }


def _result(finding: Finding, places: Places, folder: str, rule_index: int) -> dict[str, Any]:
    place = places.get(finding.origin) or Place(below(folder, _stack_file(finding)), ())
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.rule.severity],
        "kind": "fail",
        "message": {
            "text": _text(f"{finding.subject}: {finding.current}; expected {finding.expected}. {finding.remediation}")
        },
        "locations": [
            {
                "physicalLocation": _physical(place.location, place.lines),
                "logicalLocations": [{"fullyQualifiedName": printable(finding.subject), "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"leveeFinding/v1": finding.fingerprint},
        "properties": {"verdict": finding.verdict.value},
    }
    if finding.waiver is not None:
        waiver = finding.waiver
        reason = f"{waiver.reason} (until {waiver.expires}, {waiver.ticket}, {waiver.approved_by})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": printable(reason)}]
    return result


def _stack_file(finding: Finding) -> Location:
    """Where what has no place in a file is shown: GitHub refuses a report with a result that has none."""
    return Location(f"stacks/{finding.subject.partition('/')[0]}/stack.yaml")


def _physical(location: Location, lines: Sequence[str] = ()) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": location.line}
    if (location.line, location.column) != (location.end_line, location.end_column):
        region |= {
            "startColumn": location.column,
            "endLine": location.end_line,
            "endColumn": location.end_column,
        }
    snippet = "\n".join(window(line, location) for line in lines)
    if 0 < len(snippet) <= LONGEST_TEXT:
        region["snippet"] = {"text": snippet}
    uri = quote(location.file, safe="/-._~", errors="surrogateescape")
    return {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}


def _text(text: str) -> str:
    """A message that is no longer than anybody reads, and in which nothing becomes a link."""
    shown = printable(text).replace("](", "] (")
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[: LONGEST_TEXT - 1]}…"
