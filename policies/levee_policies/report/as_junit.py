"""A report as JUnit XML, the dialect that Jenkins, GitLab and Azure read.

A suite for each stack, and one for what can't be used; a case for each rule that found nothing, so that green rules
show, and for each finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from levee.diagnostics import Diagnostic
from levee.diagnostics.text import one_line
from levee_policies.finding import Finding, Report, Verdict
from levee_policies.report.places import Places
from levee_policies.rule import Rule


def as_junit(
    reports: Sequence[Report], places: Places, errors: Sequence[Diagnostic] = (), *, command: str = "check"
) -> str:
    """The reports as one XML document. Waived findings, and rules that had nothing to look at, are skipped cases."""
    root = ET.Element("testsuites", name=f"levee {command}")
    if errors:
        unread = ET.SubElement(
            root, "testsuite", name="input", tests=str(len(errors)), failures="0", errors=str(len(errors)), skipped="0"
        )
        unread.extend(map(_unused, errors))
    for report in reports:
        cases = list(_cases(report, places))
        suite = ET.SubElement(
            root,
            "testsuite",
            name=report.stack,
            tests=str(len(cases)),
            failures=str(len(report.gating)),
            errors="0",
            skipped=str(sum(case.find("skipped") is not None for case in cases)),
        )
        suite.extend(cases)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root).decode("ascii") + "\n"


def _cases(report: Report, places: Places) -> Iterator[ET.Element]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.rule.id].append(finding)
    for rule in report.rules:
        for finding in found[rule.id]:
            yield _broken(report, finding, places)
        if not found[rule.id]:
            yield _kept(report, rule, report.looked_at[rule.id])


def _case(report: Report, rule: Rule[Any], name: str) -> ET.Element:
    return ET.Element("testcase", classname=f"{report.stack}.{rule.id}", name=one_line(name), time="0")


def _unused(error: Diagnostic) -> ET.Element:
    where = "" if error.location is None else one_line(error.location.file)
    case = ET.Element("testcase", classname="input", name=f"{error.id} {where}".strip(), time="0")
    if error.location is not None:
        case.set("file", where)
        case.set("line", str(error.location.line))
    broken = ET.SubElement(case, "error", type=error.id, message=one_line(error.message))
    lines = str(error.location or ""), error.message, error.help
    broken.text = "\n".join(one_line(line) for line in lines if line)
    return case


def _kept(report: Report, rule: Rule[Any], looked_at: int) -> ET.Element:
    case = _case(report, rule, f"{rule.title}: {looked_at} looked at")
    if not looked_at:
        ET.SubElement(case, "skipped", message="the stack has nothing that this rule is about")
    return case


def _broken(report: Report, finding: Finding, places: Places) -> ET.Element:
    case = _case(report, finding.rule, f"{finding.rule.title}: {finding.subject}")
    place = places.get(finding.origin)
    if place is not None:
        case.set("file", one_line(place.location.file))
        case.set("line", str(place.location.line))
    if finding.verdict is Verdict.WAIVED and finding.waiver is not None:
        ET.SubElement(
            case, "skipped", message=one_line(f"waived until {finding.waiver.expires}: {finding.waiver.reason}")
        )
        return case
    failure = ET.SubElement(case, "failure", type=finding.verdict.value, message=one_line(finding.current))
    where = f"{place.location}" if place else ""
    lines = where, f"now: {finding.current}", f"expected: {finding.expected}", f"what to do: {finding.remediation}"
    failure.text = "\n".join(one_line(line) for line in lines if line)
    return case
