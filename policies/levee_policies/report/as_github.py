"""A report as annotations of a GitHub Actions run.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word, so the worst come
first and the last line of each kind says how many are left out.
Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from levee.diagnostics import Diagnostic, Location
from levee.diagnostics.text import printable
from levee_policies.finding import Finding, Report, Verdict
from levee_policies.report.places import Places
from levee_policies.rule import Severity

SHOWN: Final = 10  # of each kind in one step


def as_github(
    reports: Sequence[Report], places: Places, errors: Sequence[Diagnostic] = (), *, fail_on: Severity = Severity.LOW
) -> str:
    """Workflow commands, one a line: errors for what can't be used and for findings of the severity `fail_on` or worse,
    warnings for other findings, notices for what is waived.
    """
    findings = sorted(chain.from_iterable(report.findings for report in reports), key=lambda each: each.sort_key)
    failing = [_of_finding(each, places) for each in findings if each.fails(fail_on)]
    warnings = [_of_finding(each, places) for each in findings if each.gates and not each.fails(fail_on)]
    notices = [_of_finding(each, places) for each in findings if each.verdict is Verdict.WAIVED]
    lines = [
        *_commands("error", [*map(_of_error, errors), *failing]),
        *_commands("warning", warnings),
        *_commands("notice", notices),
    ]
    return "".join(f"{line}\n" for line in lines)


class _Annotation(NamedTuple):
    about: str  # what is counted where it isn't shown
    title: str
    text: str
    location: Location | None


def _of_error(error: Diagnostic) -> _Annotation:
    text = ". ".join(filter(None, (error.message, error.help)))
    return _Annotation("unusable input", "this can't be used", text, error.location)


def _of_finding(finding: Finding, places: Places) -> _Annotation:
    place = places.get(finding.origin)
    waived = f" Waived until {finding.waiver.expires}: {finding.waiver.reason}." if finding.waiver else ""
    text = f"{finding.subject}: {finding.current}; expected {finding.expected}.{waived} {finding.remediation}"
    title = f"{finding.rule.id} {finding.rule.title}"
    return _Annotation(finding.rule.id, title, text, place.location if place else None)


def _commands(kind: str, found: Sequence[_Annotation]) -> Iterator[str]:
    if len(found) <= SHOWN:
        yield from (_command(kind, each) for each in found)
        return
    yield from (_command(kind, each) for each in found[: SHOWN - 1])
    left = found[SHOWN - 1 :]
    yield f"::{kind} title=levee::{len(left)} more findings, not shown here: {', '.join(_counted(left))}"


def _counted(found: Iterable[_Annotation]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for each in found:
        counts[each.about] = counts.get(each.about, 0) + 1
    yield from (f"{count} of {about}" for about, count in counts.items())


def _command(kind: str, annotation: _Annotation) -> str:
    properties = {"title": annotation.title}
    if annotation.location is not None:
        location = annotation.location
        properties |= {
            "file": location.file,
            "line": str(location.line),
            "endLine": str(location.end_line),
            "col": str(location.column),
            "endColumn": str(location.end_column),
        }
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {written}::{_data(annotation.text)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
