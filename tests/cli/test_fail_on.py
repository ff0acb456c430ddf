"""`--fail-on`, and what findings of low severity stop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from levee.diagnostics import Rejected
from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee_infra.cli.main import main
from levee_policies.finding import Verdict
from levee_policies.gate import enforce
from levee_policies.registry import BY_ID
from levee_policies.rule import Severity
from tests.policies.test_engine import is_odd, judge, rule
from tests.support.rule_cases import AS_OF, Case, cases, write

Captured = pytest.CaptureFixture[str]


def case_of(severity: Severity) -> Case:
    """Files that break rules of this severity alone."""
    return next(
        case
        for case in cases()
        if case.fails
        and case.of_files
        and case.context.sites == {}
        and not case.values.get("surroundings")
        and {BY_ID[each].severity for each in case.expected} == {severity}
        and case.context.as_of == AS_OF
    )


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
def test_a_run_fails_for_what_is_as_severe_as_was_said(
    tmp_path: Path, capsys: Captured, severity: Severity, form: str
) -> None:
    case = case_of(severity)
    project = write(case, tmp_path)
    arguments = ["check", "--as-of", AS_OF.isoformat(), "--project", str(project), "--format", form]
    assert main(arguments) == 1
    for least in Severity:
        assert main([*arguments, "--fail-on", least.value]) == (1 if severity.rank <= least.rank else 0)
        assert case.rule in capsys.readouterr().out


def test_what_does_not_fail_the_run_is_a_warning(tmp_path: Path, capsys: Captured) -> None:
    project = write(case_of(Severity.LOW), tmp_path)
    arguments = ["check", "--as-of", AS_OF.isoformat(), "--project", str(project)]
    assert main(arguments) == 1
    assert capsys.readouterr().out.startswith("error[")
    assert main([*arguments, "--fail-on", "medium"]) == 0
    assert capsys.readouterr().out.startswith("warning[")


def test_nothing_that_can_not_be_judged_passes_for_its_severity(tmp_path: Path) -> None:
    project = write(case_of(Severity.LOW), tmp_path)
    (project / "stacks/prod/stack.yaml").write_text("target: [\n")
    assert main(["check", "--project", str(project), "--fail-on", "critical"]) == 2


@pytest.mark.parametrize("severity", list(Severity))
def test_a_deployment_is_stopped_by_all_but_low_severity(tmp_path: Path, severity: Severity) -> None:
    project = write(case_of(severity), tmp_path)
    plan = build_plan(load_stack(project, "prod"), AS_OF)
    if severity is Severity.LOW:
        report = enforce(plan, project, AS_OF)
        assert [finding.rule.severity for finding in report.warnings] == [Severity.LOW]
        assert report.gating == report.warnings
        return
    with pytest.raises(Rejected):
        enforce(plan, project, AS_OF)


def test_an_unknown_blocks_as_a_failure_does() -> None:
    """What can't be determined is no pass."""
    finding = judge(rule(is_odd)).findings[0]
    assert finding.blocks
    assert replace(finding, verdict=Verdict.UNKNOWN).blocks
    assert not replace(finding, verdict=Verdict.WAIVED).blocks
