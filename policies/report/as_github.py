"""A report as annotations of a GitHub Actions run.

GitHub shows ten errors and ten notices of a step and drops the rest without a word, so the worst come first and the
last line of each kind says how many are left out.
Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from policies.finding import Finding, Report, Verdict
from policies.report.places import Places

SHOWN: Final = 10  # of each kind in one step


def as_github(reports: Sequence[Report], places: Places) -> str:
    """Workflow commands, one a line: errors for what gates, notices for what is waived."""
    findings = sorted(chain.from_iterable(report.findings for report in reports), key=lambda each: each.sort_key)
    errors = [finding for finding in findings if finding.gates]
    notices = [finding for finding in findings if finding.verdict is Verdict.WAIVED]
    lines = [*_commands("error", errors, places), *_commands("notice", notices, places)]
    return "".join(f"{line}\n" for line in lines)


def _commands(kind: str, findings: Sequence[Finding], places: Places) -> Iterator[str]:
    if len(findings) <= SHOWN:
        yield from (_command(kind, finding, places) for finding in findings)
        return
    yield from (_command(kind, finding, places) for finding in findings[: SHOWN - 1])
    left = findings[SHOWN - 1 :]
    yield f"::{kind} title=levee::{len(left)} more findings, not shown here: {', '.join(_by_rule(left))}"


def _by_rule(findings: Iterable[Finding]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.rule.id] = counts.get(finding.rule.id, 0) + 1
    yield from (f"{count} of {rule}" for rule, count in counts.items())


def _command(kind: str, finding: Finding, places: Places) -> str:
    properties = {"title": f"{finding.rule.id} {finding.rule.title}"}
    place = places.get(finding.origin)
    if place is not None:
        location = place.location
        properties |= {
            "file": location.file,
            "line": str(location.line),
            "endLine": str(location.end_line),
            "col": str(location.column),
            "endColumn": str(location.end_column),
        }
    waived = f" Waived until {finding.waiver.expires}: {finding.waiver.reason}." if finding.waiver else ""
    text = f"{finding.subject}: {finding.current}; expected {finding.expected}.{waived} {finding.remediation}"
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {written}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
