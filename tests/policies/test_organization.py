"""Rules of an organization's own: found by every gate, and unable to weaken levee's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from levee.diagnostics import LeveeError, Rejected
from levee.loading.load import load_plan
from levee_infra.cli.main import main
from levee_policies.gate import context_of, enforce, judge
from levee_policies.organization import rules_of
from levee_policies.registry import RULES
from levee_policies.stack_evaluator import StackEvaluator
from tests.policies.test_crossguard import Pack
from tests.policies.test_waivers import BROKEN
from tests.support.own_rules import OWN_RULE, write_rule
from tests.support.registered import registered
from tests.support.rule_cases import AS_OF, STACK, Case, loaded, write

COMPLIANT = Case("none", "compliant", fails=False, text="")
PLAN = loaded(COMPLIANT)
WAIVER = """\
waivers:
  - rule: ACME-OWN-001
    subject: prod/stream/payments-audit
    reason: the crew is being founded
    owner: payments-team
    ticket: GOV-1
    approved_by: dpo
    expires: 2026-12-01
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_rule(write(COMPLIANT, tmp_path))
    return tmp_path


def found(project: Path) -> set[str]:
    return {finding.rule.id for finding in judge(PLAN, project, AS_OF).findings}


def refusals(project: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(Rejected) as rejected:
        context_of(project, AS_OF)
    assert rejected.value.exit_code == 2
    return [
        (each.location.file, each.location.line, each.message) for each in rejected.value.diagnostics if each.location
    ]


def test_a_project_without_any_has_levees(tmp_path: Path) -> None:
    assert found(write(COMPLIANT, tmp_path)) == set()


def test_it_is_judged_beside_levees(project: Path) -> None:
    assert found(project) == {"ACME-OWN-001"}
    broken = {finding.rule.id for finding in judge(loaded(BROKEN), project, AS_OF).findings}
    assert broken == {"ACME-OWN-001", "RLS-DUR-002"}


def test_it_stops_a_deployment(project: Path) -> None:
    with pytest.raises(Rejected) as rejected:
        enforce(PLAN, project, AS_OF)
    assert {each.id for each in rejected.value.diagnostics} == {"ACME-OWN-001"}


def test_it_is_judged_of_registered_resources(project: Path) -> None:
    evaluator = StackEvaluator(project, STACK, AS_OF)
    assert {each.rule.id for each in evaluator.everything(registered(PLAN, COMPLIANT))} == {"ACME-OWN-001"}


def test_the_policy_pack_reports_it(project: Path) -> None:
    assert Pack(project).resources(registered(PLAN, COMPLIANT)) == {"ACME-OWN-001"}
    assert Pack(project).stack(registered(PLAN, COMPLIANT)) == {"ACME-OWN-001"}


def test_the_policy_pack_lets_nothing_pass_where_one_cannot_be_loaded(project: Path) -> None:
    write_rule(project, "")
    assert Pack(project).resources(registered(PLAN, COMPLIANT)) == {"RLS-POL-004"}


def test_check_reports_it_with_its_place_and_explain_its_page(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--as-of", "2026-11-21", "--project", str(project)]
    assert main(["check", *options, "--rule", "acme-own-001"]) == 1
    assert "streams/payments-audit.yaml:" in capsys.readouterr().out
    for form in ("sarif", "json", "junit", "github"):
        assert main(["check", *options, "--format", form]) == 1
        assert "ACME-OWN-001" in capsys.readouterr().out
    assert main(["check", *options, str(project / "policies" / "rules" / "own001_owners_are_crews.py")]) == 1
    assert main(["explain", "--project", str(project), "ACME-OWN-001"]) == 0
    assert "ends in `-crew`" in capsys.readouterr().out
    assert main(["explain", "--project", str(project)]) == 0
    assert "ACME-OWN-001" in capsys.readouterr().out


def test_it_can_be_waived_where_it_says_so(project: Path) -> None:
    (project / "stacks" / "waivers.yaml").write_text(WAIVER)
    gating = {finding.subject for finding in judge(PLAN, project, AS_OF).gating}
    assert gating
    assert "prod/stream/payments-audit" not in gating
    write_rule(project, OWN_RULE.replace("    check=check,", "    check=check,\n    waivable=False,"))
    assert "RLS-POL-001" in found(project)


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('"ACME-OWN-001"', '"RLS-DUR-001"', 1, "id is none of an organization's"),
        ('"ACME-OWN-001"', '"RLS-OWN-001"', 1, "id is none of an organization's"),
        ('"ACME-OWN-001"', '"ACME-POL-001"', 1, "id is none of an organization's"),
        ('"ACME-OWN-001"', "7", 1, "id is none of an organization's"),
        ("Severity.HIGH", '"high"', 1, "severity"),
        ("frozenset({Surface.FILES, Surface.RESOURCE})", "frozenset()", 1, "surfaces"),
        ("frozenset({Surface.FILES, Surface.RESOURCE})", "7", 1, "surfaces"),
        ("page=__doc__", "page=None", 1, "page"),
        ('("ACME handbook 3.1",)', '"ACME"', 1, "authorities"),
        ("check=check", "check=None", 1, "check"),
        ("RULE = Rule", "OTHER = Rule", 1, "defines no rule"),
        ("def check", "def check check", 16, "not Python"),
        ("RULE = ", "secret = 'hunter2'; raise ValueError(secret)\nRULE = ", 21, "ValueError"),
        ("RULE = ", "raise SystemExit\nRULE = ", 21, "SystemExit"),
        ("RULE = ", "import os\nRULE = ", 21, "import os"),
        ("RULE = ", "from levee_policies import registry\nRULE = ", 21, "import levee_policies.registry"),
        ("RULE = ", "from . import registry\nRULE = ", 21, "import ."),
        ("RULE = ", "from levee.loading.load import load_stack\nRULE = ", 21, "import levee.loading.load"),
        ("RULE = ", "Rule.group = 'POL'\nRULE = ", 21, "sets an attribute"),
        ("RULE = ", "print(open('/etc/passwd'))\nRULE = ", 21, "`open`"),
        ("RULE = ", "print(topics.__globals__)\nRULE = ", 21, "`__globals__`"),
        ("RULE = ", "print(__builtins__)\nRULE = ", 21, "`__builtins__`"),
        ("RULE = ", "print(getattr(topics, 'x'))\nRULE = ", 21, "`getattr`"),
        ("RULE = ", "\0RULE = ", 1, "not Python"),
    ],
)
def test_a_file_that_holds_no_rule_is_an_error(project: Path, old: str, new: str, line: int, told: str) -> None:
    write_rule(project, OWN_RULE.replace(old, new, 1))
    ((file, where, message),) = refusals(project)
    assert (file, where) == ("policies/rules/own001_owners_are_crews.py", line)
    assert told in message
    assert "hunter2" not in message


def test_all_that_is_wrong_is_told_at_once_and_exits_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rule(project, name="own002_again.py")
    write_rule(project, "", name="own003_empty.py")
    write_rule(project, name="Own004.py")
    write_rule(project, name="notes.txt")
    assert {file.rpartition("/")[2] for file, *_ in refusals(project)} == {
        "own002_again.py",
        "own003_empty.py",
        "Own004.py",
        "notes.txt",
    }
    assert main(["check", "--project", str(project)]) == 2
    assert "policies/rules/own002_again.py:1:1" in capsys.readouterr().err


@pytest.mark.parametrize("put", ["link", "fifo", "folder", "large", "encoding"])
def test_what_is_no_plain_file_of_text_is_refused(project: Path, put: str) -> None:
    file = project / "policies" / "rules" / "own002_odd.py"
    match put:
        case "link":
            file.symlink_to(project / "policies" / "rules" / "own001_owners_are_crews.py")
        case "fifo":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case "large":
            file.write_bytes(b"#" * (1024 * 1024 + 1))
        case _:
            file.write_bytes(b"\xff\xfe")
    assert [name for name, *_ in refusals(project)] == ["policies/rules/own002_odd.py"]


@pytest.mark.parametrize("put", ["file", "link"])
def test_a_folder_that_is_none_is_refused(tmp_path: Path, put: str) -> None:
    write(COMPLIANT, tmp_path)
    folder = tmp_path / "policies" / "rules"
    folder.parent.mkdir()
    folder.write_text("") if put == "file" else folder.symlink_to(tmp_path / "nowhere")
    with pytest.raises(LeveeError) as refused:
        rules_of(tmp_path)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "body",
    [
        "    raise ValueError\n    yield",
        "    raise SystemExit(0)\n    yield",
        "    yield None",
        '    yield Violation(None, "a", "b")',
        '    yield Violation("a", "b", "c", at="owner")',
    ],
)
def test_one_that_breaks_is_a_finding_and_no_pass(project: Path, body: str) -> None:
    head, _, rest = OWN_RULE.partition("    if not topic")
    write_rule(project, head + body + "\n" + rest[rest.index("\n\n\nRULE") :])
    assert found(project) == {"RLS-POL-004"}


def test_one_that_changes_what_it_is_given_changes_nothing_else(project: Path) -> None:
    head, _, rest = OWN_RULE.partition("    if not topic")
    harm = (
        "    for held in (facts.topics, facts.classes, facts.credentials, facts.context.sites):\n"
        "        held.clear()\n"
        "    facts.plan.cluster.settings.clear()\n"
        "    yield from ()\n"
    )
    write_rule(project, head + harm + rest[rest.index("\n\n\nRULE") :])
    plan = load_plan(project, STACK, AS_OF)
    evaluator = StackEvaluator(project, STACK, AS_OF, plan)
    for _ in range(2):
        assert {each.rule.id for each in judge(plan, project, AS_OF).findings} == set()
        assert {each.rule.id for each in evaluator.everything(registered(PLAN, COMPLIANT))} == set()
    assert plan == load_plan(project, STACK, AS_OF)


@pytest.mark.parametrize("subjects", ["lambda facts: [7]", "lambda facts: 7"])
def test_one_whose_population_breaks_is_a_finding_and_no_pass(project: Path, subjects: str) -> None:
    write_rule(project, OWN_RULE.replace("subjects=topics", f"subjects={subjects}"))
    assert found(project) == {"RLS-POL-004"}


def test_levees_ids_are_none_of_an_organizations() -> None:
    from levee_policies.organization import _ID

    assert not any(_ID.fullmatch(rule.id) for rule in RULES)
