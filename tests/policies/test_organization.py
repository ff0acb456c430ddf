"""Rules of an organization's own: found by every gate, and unable to weaken levee's."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path
from threading import Event

import pytest

from levee.diagnostics import LeveeError, Rejected
from levee.loading.load import load_plan
from levee_infra.cli.main import main
from levee_policies.gate import context_of, enforce, judge
from levee_policies.organization import rules_of
from levee_policies.own_run import own_run
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
        ('"ACME-OWN-001"', '"RLS-DUR-001"', 22, "`id` of the rule can't be 'RLS-DUR-001'"),
        ('"ACME-OWN-001"', '"RLS-OWN-001"', 22, "`id` of the rule can't be 'RLS-OWN-001'"),
        ('"ACME-OWN-001"', '"ACME-POL-001"', 22, "`id` of the rule can't be 'ACME-POL-001'"),
        ('"ACME-OWN-001"', "7", 22, "`id` of the rule can't be 7"),
        ("Severity.HIGH", '"high"', 24, "`severity` of the rule can't be 'high'"),
        (
            "frozenset({Surface.FILES, Surface.RESOURCE})",
            "frozenset()",
            25,
            "`surfaces` of the rule can't be frozenset()",
        ),
        ("frozenset({Surface.FILES, Surface.RESOURCE})", "7", 25, "surfaces"),
        ("page=__doc__", "page=None", 29, "`page` of the rule can't be None"),
        ('("ACME handbook 3.1",)', '"ACME"', 26, "authorities"),
        ("check=check", "check=None", 28, "check"),
        ("page=__doc__", "page=__doc__, waivable=[]", 29, "`waivable` of the rule can't be []"),
        ("page=__doc__", "page=__doc__, unregistered=7", 29, "`unregistered` of the rule can't be 7"),
        ('"An owner is a crew",', '"password: hunter2secret" * 0,', 23, "`title` of the rule can't be"),
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


def with_body(body: str) -> str:
    """The rule with another body of its check, whose first line is 17."""
    head, _, rest = OWN_RULE.partition("    if not topic")
    return head + body + "\n" + rest[rest.index("\n\n\nRULE") :]


BREAKS = [
    (with_body("    raise ValueError('hunter2')\n    yield"), 17, "failed: ValueError"),
    (with_body("    raise SystemExit(0)\n    yield"), 17, "failed: SystemExit"),
    (with_body("    raise GeneratorExit"), 17, "failed: GeneratorExit"),
    (with_body("    raise BaseException\n    yield"), 17, "failed: BaseException"),
    (with_body("    return check(topic, facts)"), 17, "failed: RecursionError"),
    (with_body("    return 5"), 16, "check returned a value of type int, where it has to yield Violations"),
    (with_body("    return None"), 16, "check returned None, where"),
    (with_body("    return Violation('a', 'b', 'c')"), 16, "check returned a value of type Violation, where"),
    (
        with_body("    yield from ()\n    yield 'x'"),
        18,
        "check yields a value of type str, where it has to be a Violation",
    ),
    (with_body("    yield None"), 17, "check yields None, where"),
    (with_body("    return ['x']"), 16, "check yields a value of type str, where"),
    (
        with_body("    yield Violation(None, 'b', 'c')"),
        17,
        "`current` of a Violation is None, where it has to be a text",
    ),
    (with_body("    yield Violation('a', 'b', 7)"), 17, "`fix` of a Violation is a value of type int"),
    (
        with_body("    yield Violation('a', 'b', 'c', at='owner')"),
        17,
        "`at` of a Violation is a value of type str, where",
    ),
    (with_body("    yield Violation('a', 'b', 'c', at=([],))"), 17, "`at` of a Violation is a value of type tuple"),
    (with_body("    yield Violation('a', 'b', 'c', origin='x')"), 17, "`origin` of a Violation is a value of type str"),
    (
        with_body("    yield Violation('a', 'b', 'c', unknown=[])"),
        17,
        "`unknown` of a Violation is a value of type list",
    ),
    (
        OWN_RULE.replace("(topic: PlannedTopic, facts: Facts)", "(topic)"),
        16,
        "it can't be called as check(subject, facts)",
    ),
    (OWN_RULE.replace("topic.owner.ends", "topic.nothing.ends"), 17, "failed: AttributeError"),
    (
        OWN_RULE.replace("subjects=topics", "subjects=lambda facts: 5"),
        27,
        "subjects returned a value of type int, where",
    ),
    (
        OWN_RULE.replace("subjects=topics", "subjects=lambda facts: [7]"),
        27,
        "subjects yields a value of type int, where",
    ),
    (OWN_RULE.replace("subjects=topics", "subjects=lambda: []"), 27, "it can't be called as subjects(facts)"),
    (OWN_RULE.replace("subjects=topics", "subjects=lambda facts: 1 / 0"), 27, "failed: ZeroDivisionError"),
]


@pytest.mark.parametrize(("text", "line", "told"), BREAKS)
def test_one_that_breaks_is_told_with_its_line_and_is_no_pass(
    project: Path, text: str, line: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rule(project, text)
    assert main(["check", "--project", str(project), "--as-of", "2026-11-21", "--format", "json"]) == 1
    found = [each for stack in json.loads(capsys.readouterr().out)["stacks"] for each in stack["findings"]]
    assert {each["rule"] for each in found} == {"RLS-POL-004"}
    place = f"policies/rules/own001_owners_are_crews.py:{line}"
    for each in found:
        assert f"the rule ACME-OWN-001, {place}, failed: " in each["current"]
        assert told in each["current"]
        assert "levee" not in each["remediation"]
        assert place in each["remediation"]
        assert "hunter2" not in str(each)
    assert main(["check", "--project", str(project), "--as-of", "2026-11-21"]) == 1
    assert f"{place}:1" in capsys.readouterr().out
    for form in ("sarif", "junit", "github"):
        assert main(["check", "--project", str(project), "--as-of", "2026-11-21", "--format", form]) == 1
        assert "own001_owners_are_crews.py" in capsys.readouterr().out


PRINTS = {
    "in check": with_body("    print('junk')\n    yield from ()"),
    "in subjects": OWN_RULE.replace("subjects=topics", "subjects=lambda facts: print('junk') or ()"),
    "where it is loaded": OWN_RULE.replace("RULE = ", "print('junk')\nRULE = "),
    "by a function that prints": with_body("    help('junk')\n    yield from ()"),
}


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
@pytest.mark.parametrize("where", PRINTS)
def test_what_it_prints_is_in_no_report(
    project: Path, where: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["check", "--project", str(project), "--as-of", "2026-11-21", "--format", form]
    write_rule(project, PRINTS[where])
    main(options)
    told = capsys.readouterr()
    assert "junk" in told.err
    assert "junk" not in told.out
    if form in {"json", "sarif"}:
        json.loads(told.out)


def test_the_policy_pack_prints_nothing_of_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rule(project, PRINTS["in check"])
    assert Pack(project).resources(registered(PLAN, COMPLIANT)) == set()
    told = capsys.readouterr()
    assert (told.out, "junk" in told.err) == ("", True)


def test_one_that_looks_at_nothing_is_noted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["check", "--project", str(project), "--as-of", "2026-11-21"]
    main(options)
    assert "looked at nothing" not in capsys.readouterr().out
    write_rule(project, OWN_RULE.replace("subjects=topics", "subjects=lambda facts: ()"))
    assert main(options) == 0
    out = capsys.readouterr().out
    assert "note: ACME-OWN-001 (policies/rules/own001_owners_are_crews.py) looked at nothing" in out
    write_rule(project, OWN_RULE.replace("subjects=topics", "subjects=lambda facts: 5"))
    assert main(options) == 1
    assert "looked at nothing" not in capsys.readouterr().out


def test_one_that_takes_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Told(StringIO):
        came = Event()

        def write(self, text: str) -> int:
            self.came.set()
            return super().write(text)

    told = Told()
    monkeypatch.setattr("levee_policies.own_run.PATIENCE", 0.001)
    monkeypatch.setattr("sys.stderr", told)
    with own_run(lambda: "the rule ACME-OWN-001"):
        assert told.came.wait(60)
    assert told.getvalue() == "levee: the rule ACME-OWN-001 is still running; Ctrl-C ends it\n"


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


def test_levees_ids_are_none_of_an_organizations() -> None:
    from levee_policies.organization import _ID

    assert not any(_ID.fullmatch(rule.id) for rule in RULES)
