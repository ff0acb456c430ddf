"""SARIF as Microsoft's validator takes it, with its rules of what GitHub's code scanning takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from levee.diagnostics import Diagnostic, Location
from levee_policies.engine import evaluate
from levee_policies.registry import on
from levee_policies.report.as_sarif import as_sarif
from levee_policies.report.places import locate_findings
from levee_policies.rule import Surface
from tests.policies.test_waivers import BROKEN, waiver
from tests.support.rule_cases import plan_of
from tests.support.sarif_multitool import NO_HOME_PAGE, complaints


def test_code_scanning_takes_every_kind_of_report(tmp_path: Path) -> None:
    """And the validator is one that complains."""
    plan, context, rules = plan_of(BROKEN, tmp_path), BROKEN.context, on(Surface.FILES)
    broken, waived = evaluate(plan, rules, context), evaluate(plan, rules, replace(context, waivers=(waiver(),)))
    (finding,) = broken.findings
    strange = replace(finding, current="\x1b[31m\u202e ](x) \udcff", subject="prod/stream/ü\x00", expected="x" * 5000)
    places = locate_findings(tmp_path, broken.findings)
    errors = [
        Diagnostic(
            "invalid-yaml", "a value\x00 is missing", "write it", Location("stacks/ü \udcff/stack.yaml", 3, 1, 3, 2)
        ),
        Diagnostic("unusable-input", "git can't be run"),
    ]
    made = {
        "broken": as_sarif([broken], places, folder="infra/my levee/"),
        "clean": as_sarif([replace(broken, findings=())], {}),
        "waived": as_sarif([waived], places),
        "suppressed": as_sarif([waived], places, waived=True),
        "strange": as_sarif([replace(broken, findings=(strange,))], {}),
        "unusable": as_sarif([broken], places, errors),
        "nothing": as_sarif([], {}, errors, category="levee/guard/prod"),
    }
    wrong = json.loads(made["broken"])
    wrong["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    wrong["runs"][0]["results"][0]["ruleIndex"] = 4711
    made["wrong"] = json.dumps(wrong)
    files = [tmp_path / f"{name}.sarif" for name in made]
    for file, text in zip(files, made.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    found = complaints(files)
    assert found.pop("wrong") > {NO_HOME_PAGE}
    assert {name: rules for name, rules in found.items() if rules - {NO_HOME_PAGE}} == {}
