"""Reports for people, programs, code scanning, CI systems and code hosts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from levee.diagnostics import Diagnostic, Location
from levee.model.origin import Origin
from levee_policies.engine import evaluate
from levee_policies.finding import Finding, Report, Verdict
from levee_policies.registry import on
from levee_policies.report.as_github import SHOWN, as_github
from levee_policies.report.as_json import as_json
from levee_policies.report.as_junit import as_junit
from levee_policies.report.as_sarif import LONGEST_TEXT, MOST_RESULTS, as_sarif
from levee_policies.report.as_text import as_text
from levee_policies.report.places import Place, Places, locate_findings
from levee_policies.rule import Severity, Surface
from tests.policies.test_waivers import BROKEN, SUBJECT, waiver
from tests.support.rule_cases import plan_of

OFFLINE = on(Surface.FILES)


@pytest.fixture
def broken(tmp_path: Path) -> tuple[Report, Places]:
    plan = plan_of(BROKEN, tmp_path)
    report = evaluate(plan, OFFLINE, BROKEN.context)
    return report, locate_findings(tmp_path, report.findings)


@pytest.fixture
def waived(tmp_path: Path) -> tuple[Report, Places]:
    plan = plan_of(BROKEN, tmp_path)
    report = evaluate(plan, OFFLINE, replace(BROKEN.context, waivers=(waiver(),)))
    return report, locate_findings(tmp_path, report.findings)


def clean(report: Report) -> Report:
    return replace(report, findings=())


def many(finding: Finding, count: int, **changes: Any) -> tuple[Finding, ...]:
    return tuple(replace(finding, subject=f"{SUBJECT}-{number:04}", **changes) for number in range(count))


# Text


def test_text_has_place_lines_and_help(broken: tuple[Report, Places]) -> None:
    text = as_text([broken[0]], broken[1])
    assert "error[RLS-DUR-002] prod/stream/payments-audit: min.insync.replicas 1 of 3 replicas; expected" in text
    assert "--> stacks/prod/streams/payments-audit.yaml:" in text
    assert "| min_insync: 1" in text
    assert "help: write `min_insync: 2`" in text
    assert text.splitlines()[-2].startswith("prod: 1 failed; ")
    assert text.splitlines()[-1] == "in all: 1 high"


def test_text_tells_findings_of_one_rule_at_one_place_once_with_their_number(broken: tuple[Report, Places]) -> None:
    (finding,) = broken[0].findings
    elsewhere = replace(finding, subject="prod/stream/other", origin=Origin(finding.origin.file, ("owner",)))
    report = replace(broken[0], findings=(*many(finding, 1234), elsewhere))
    text = as_text([report], broken[1])
    assert text.count("error[RLS-DUR-002]") == 2
    others = ", ".join(f"{SUBJECT}-{number:04}" for number in (1, 2, 3))
    assert f"[1,234 findings here, also of {others} and 1,230 more]" in text
    assert text.splitlines()[-1] == "in all: 1,235 high"


def test_text_tells_what_is_waived_and_why(waived: tuple[Report, Places]) -> None:
    text = as_text([waived[0]], waived[1])
    assert "note[RLS-DUR-002] waived: " in text
    assert "GOV-1, approved by risk@example.com): the third broker" in text
    assert text.splitlines()[-2].startswith("prod: 1 waived; ")
    assert text.splitlines()[-1] == "in all: 1 waived"


def test_text_says_of_a_clean_stack_how_much_was_judged(broken: tuple[Report, Places]) -> None:
    (line,) = as_text([clean(broken[0])], {}).splitlines()
    assert "nothing found" in line
    assert "0 judgements" not in line


# JSON


def test_json_holds_every_finding_and_every_population(broken: tuple[Report, Places]) -> None:
    document = json.loads(as_json([broken[0]], broken[1]))
    (stack,) = document["stacks"]
    (finding,) = stack["findings"]
    assert (stack["clean"], finding["verdict"], finding["rule"]) == (False, "fail", "RLS-DUR-002")
    assert finding["location"]["file"] == "stacks/prod/streams/payments-audit.yaml"
    assert stack["rules"]["RLS-DUR-002"]["looked_at"] == 3


def test_json_says_what_can_not_be_used(broken: tuple[Report, Places]) -> None:
    located = Diagnostic("invalid-yaml", "a value is missing", "write it", Location("stacks/a.yaml", 3))
    document = json.loads(as_json([broken[0]], broken[1], [located, Diagnostic("unusable-input", "git is gone")]))
    assert [each["id"] for each in document["errors"]] == ["invalid-yaml", "unusable-input"]
    assert (document["errors"][0]["location"]["line"], document["errors"][1]["location"]) == (3, None)
    assert [each["stack"] for each in document["stacks"]] == ["prod"]


def test_json_keeps_waived_findings(waived: tuple[Report, Places]) -> None:
    (stack,) = json.loads(as_json([waived[0]], waived[1]))["stacks"]
    assert stack["clean"]
    assert [(each["verdict"], each["waiver"]["ticket"]) for each in stack["findings"]] == [("waived", "GOV-1")]


# SARIF


def sarif(report: Report, places: Places, *errors: Diagnostic, **options: Any) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(as_sarif([report], places, errors, **options))["runs"][0]
    return run


def test_sarif_lists_every_rule_with_its_page(broken: tuple[Report, Places]) -> None:
    rules = sarif(*broken)["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == {rule.id for rule in OFFLINE}
    assert all("## Fix" in rule["help"]["markdown"] for rule in rules)
    assert all(len(rule["properties"]["tags"]) <= 20 for rule in rules)


def test_sarif_points_at_the_value(broken: tuple[Report, Places]) -> None:
    (result,) = sarif(*broken)["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    line = region["snippet"]["text"]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "1"
    assert sarif(*broken)["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_fingerprint_survives_a_move_within_the_file(broken: tuple[Report, Places], tmp_path: Path) -> None:
    report, places = broken
    file = tmp_path / "stacks" / "prod" / "streams" / "payments-audit.yaml"
    file.write_text("# moved down\n" + file.read_text())
    moved = locate_findings(tmp_path, report.findings)
    assert moved != places
    before, after = (sarif(report, each)["results"][0]["partialFingerprints"] for each in (places, moved))
    assert before == after


def test_sarif_leaves_out_what_is_waived_and_counts_it(waived: tuple[Report, Places]) -> None:
    run = sarif(*waived)
    assert run["results"] == []
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert (note["level"], note["message"]["text"].split()[0]) == ("note", "1")


def test_sarif_suppresses_what_is_waived_where_that_is_asked_for(waived: tuple[Report, Places]) -> None:
    (result,) = sarif(*waived, waived=True)["results"]
    (suppression,) = result["suppressions"]
    assert suppression["status"] == "accepted"
    assert "the third broker arrives" in suppression["justification"]


def test_sarif_shows_the_worst_and_counts_the_rest(broken: tuple[Report, Places]) -> None:
    report, places = broken
    low = replace(report.findings[0], rule=next(rule for rule in OFFLINE if rule.severity is Severity.LOW))
    findings = (*many(low, 60), *many(report.findings[0], MOST_RESULTS - 10))
    run = sarif(replace(report, findings=findings), places)
    levels = [result["level"] for result in run["results"]]
    assert (len(levels), levels.count("note")) == (MOST_RESULTS, 10)
    assert levels[-10:] == ["note"] * 10
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("50 more results")


def test_sarif_says_what_can_not_be_used_as_a_result_and_a_notification(broken: tuple[Report, Places]) -> None:
    errors = Diagnostic("invalid-yaml", "no", "yes", Location("a.yaml", 3)), Diagnostic("unusable-input", "git is gone")
    run = sarif(*broken, *errors)
    assert [result["ruleId"] for result in run["results"]] == ["LEVEE-INPUT", "RLS-DUR-002"]
    assert run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]["id"] == "LEVEE-INPUT"
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert [note["message"]["text"] for note in invocation["toolExecutionNotifications"]] == ["no", "git is gone"]


def test_sarif_stays_small_however_long_lines_and_values_are(broken: tuple[Report, Places]) -> None:
    """A file of one long line with a thousand findings must not become a report of a thousand such lines."""
    report, places = broken
    long = replace(report.findings[0], current="x" * 100_000)
    place = places[long.origin]._replace(lines=("y" * 1_000_000,))
    text = as_sarif([replace(report, findings=(long,))], {long.origin: place})
    assert len(text) < len(as_sarif([report], places)) + LONGEST_TEXT


def test_sarif_makes_no_link_of_what_a_file_says(broken: tuple[Report, Places]) -> None:
    finding = replace(broken[0].findings[0], current="[look](https://example.com)")
    (result,) = sarif(replace(broken[0], findings=(finding,)), broken[1])["results"]
    assert "](" not in result["message"]["text"]


@pytest.mark.parametrize(
    "file", ["stacks/a b/stack.yaml", "stacks/prüfung/stack.yaml", "stacks/50%#?/ñ.yaml", "stacks/\udcff.yaml"]
)
def test_sarif_paths_are_uris(broken: tuple[Report, Places], file: str) -> None:
    report, _ = broken
    finding = replace(report.findings[0], origin=Origin(file))
    places = {finding.origin: Place(Location(file), ("x",))}
    (result,) = sarif(replace(report, findings=(finding,)), places)["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri, errors="surrogateescape") == file
    assert not set(uri) & set(" #?")


def test_sarif_without_a_place_is_about_the_subject(broken: tuple[Report, Places]) -> None:
    (result,) = sarif(broken[0], {})["results"]
    (location,) = result["locations"]
    assert location["logicalLocations"] == [{"fullyQualifiedName": SUBJECT, "kind": "resource"}]
    # GitHub refuses a file in which a result has no place.
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "stacks/prod/stack.yaml"


# JUnit


def junit(report: Report, places: Places) -> ET.Element:
    return ET.fromstring(as_junit([report], places).split("\n", 1)[1])


def test_junit_counts_what_it_holds(broken: tuple[Report, Places]) -> None:
    (suite,) = junit(*broken)
    cases = suite.findall("testcase")
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("prod", str(len(cases)), "1")
    assert len(cases) == len(OFFLINE)
    (failure,) = suite.findall("testcase/failure")
    assert failure.text is not None
    assert "payments-audit.yaml" in failure.text


def test_junit_skips_what_is_waived(waived: tuple[Report, Places]) -> None:
    (suite,) = junit(*waived)
    assert suite.get("failures") == "0"
    assert any("waived until" in (case.get("message") or "") for case in suite.findall("testcase/skipped"))


def test_junit_has_an_error_for_what_can_not_be_used(broken: tuple[Report, Places]) -> None:
    error = Diagnostic("invalid-yaml", "a value is missing", "write it", Location("stacks/a.yaml", 3))
    unused, suite = ET.fromstring(as_junit([broken[0]], broken[1], [error]).split("\n", 1)[1])
    assert (unused.get("name"), unused.get("errors"), suite.get("failures")) == ("input", "1", "1")
    (case,) = unused
    assert (case.get("file"), case.get("line")) == ("stacks/a.yaml", "3")
    assert case.find("error") is not None


def test_junit_takes_any_character(broken: tuple[Report, Places]) -> None:
    report, places = broken
    finding = replace(report.findings[0], current="a\x00b\x1b[31m<&>\ud800")
    assert junit(replace(report, findings=(finding,)), places).find("testsuite/testcase/failure") is not None


# GitHub


def test_github_annotates_the_line(broken: tuple[Report, Places]) -> None:
    (line,) = as_github([broken[0]], broken[1]).splitlines()
    assert line.startswith("::error title=RLS-DUR-002 ")
    assert ",file=stacks/prod/streams/payments-audit.yaml,line=" in line


def test_github_notices_what_is_waived(waived: tuple[Report, Places]) -> None:
    (line,) = as_github([waived[0]], waived[1]).splitlines()
    assert line.startswith("::notice ")


def test_github_warns_of_what_does_not_fail_the_run(broken: tuple[Report, Places]) -> None:
    (line,) = as_github([broken[0]], broken[1], fail_on=Severity.CRITICAL).splitlines()
    assert line.startswith("::warning ")


def test_github_shows_what_can_not_be_used_first(broken: tuple[Report, Places]) -> None:
    error = Diagnostic("invalid-yaml", "a value is missing", "write it", Location("stacks/a.yaml", 3))
    first, second = as_github([broken[0]], broken[1], [error]).splitlines()
    assert first.startswith("::error title=this can't be used,file=stacks/a.yaml,line=3,")
    assert first.endswith("::a value is missing. write it")
    assert second.startswith("::error title=RLS-DUR-002 ")


def test_github_escapes_what_it_would_read_as_its_own(broken: tuple[Report, Places]) -> None:
    report, _ = broken
    finding = replace(report.findings[0], current="100%\nnext", origin=Origin("a,b:c.yaml"))
    places = {finding.origin: Place(Location("a,b:c.yaml"), ())}
    (line,) = as_github([replace(report, findings=(finding,))], places).splitlines()
    assert "file=a%2Cb%3Ac.yaml" in line
    assert "100%25%0Anext" in line


@pytest.mark.parametrize(("found", "left"), [(SHOWN, 0), (SHOWN + 1, 2), (1000, 991)])
def test_github_shows_the_worst_and_counts_the_rest(broken: tuple[Report, Places], found: int, left: int) -> None:
    report, places = broken
    lines = as_github([replace(report, findings=many(report.findings[0], found))], places).splitlines()
    assert len(lines) == SHOWN
    assert (f"{left} more findings" in lines[-1]) == (left > 0)


def test_all_formats_take_a_report_without_findings(broken: tuple[Report, Places]) -> None:
    report = clean(broken[0])
    for form in (as_text, as_json, as_sarif, as_junit, as_github):
        form([report], {})
    assert as_github([report], {}) == ""
    assert all(finding.verdict is not Verdict.PASS for finding in report.findings)


ACTING = "\x1b[31m\x07\x9b\u202e\u2066\u200e\u200b\u2028\u2029\r\ufeff\udcff"
"""Colours, bells, C1 controls, bidirectional and invisible marks, line separators, a byte that is no UTF-8."""


@pytest.mark.parametrize("form", [as_text, as_json, as_sarif, as_junit, as_github])
@pytest.mark.parametrize("wide", ["", "ü…"])
def test_no_format_lets_a_file_act_on_who_reads_it(broken: tuple[Report, Places], form: Any, wide: str) -> None:
    report, _ = broken
    finding = replace(
        report.findings[0],
        subject=f"prod/stream/{ACTING}",
        current=f"{wide}{ACTING}",
        remediation=f"{ACTING}\n::error::forged",
        origin=Origin(f"stacks/{ACTING}.yaml"),
    )
    places = {finding.origin: Place(Location(finding.origin.file), (ACTING,))}
    error = Diagnostic("invalid-yaml", ACTING, ACTING, Location(finding.origin.file))
    for reported in ([replace(report, findings=(finding,))], []):
        text = form(reported, places, [error])
        assert not set(text) & {each for each in ACTING if not each.isprintable()}
        assert text.isascii() or form in {as_text, as_github}
        assert not any(line.startswith("::error::forged") for line in text.splitlines())
        text.encode("utf-8")
