"""What a file, a cluster or a cloud says can't act on the terminal, whoever prints it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from levee.diagnostics import Rejected
from levee.diagnostics.text import one_line, printable
from levee.model.origin import Origin
from levee.plan.build import build_plan
from levee.render.plan_json import render_json
from levee.render.plan_tables import render_tables
from levee.render.table import render_table
from levee_infra.cli.telling import Telling
from levee_infra.verify.progress import ERASE, Progress
from levee_policies.finding import Finding, Verdict
from levee_policies.registry import RULES
from levee_policies.report.as_text import headline
from levee_policies.stack_evaluator import message
from tests.support.rule_cases import AS_OF
from tests.support.stack_files import StackFiles

ACTING = "\x1b[31m\x07\x9b\u202e\u2066\u200e\u200b\u2028\u2029\r\t\ufeff\udcff\x85\xad"
HIDDEN = {each for each in ACTING if not each.isprintable()}


def quiet(text: str) -> bool:
    return not HIDDEN & set(text)


def test_text_shows_them_as_escapes() -> None:
    assert printable("a\u202eb\x1b\nc") == "a\\u202eb\\x1b\nc"
    assert one_line("a\nb") == "a\\nb"
    assert quiet(printable(ACTING))


def test_tables_do(capsys: pytest.CaptureFixture[str]) -> None:
    text = render_table(("A", "B"), [(ACTING, "x\ny"), ("b", "c")])
    assert quiet(text)
    assert len(text.splitlines()) == 4
    Telling("up", "test", as_json=False).say(f"{ACTING} + topic")
    assert quiet(capsys.readouterr().out)


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_does(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stream: Any = io.StringIO()
    stream.isatty = lambda: terminal
    monkeypatch.setattr("levee_infra.verify.progress.LINE_EVERY_S", 0.0)
    with Progress(stream) as progress:
        progress.show(ACTING)
    assert stream.getvalue()
    assert quiet(stream.getvalue().replace(ERASE, ""))


def test_findings_on_one_line_do() -> None:
    finding = Finding(
        rule=RULES[0],
        verdict=Verdict.FAIL,
        subject=ACTING,
        origin=Origin(ACTING),
        current=f"{ACTING}\n",
        expected=ACTING,
        remediation=ACTING,
    )
    for text in (headline(finding), message(finding)):
        assert quiet(text)
        assert "\n" not in text


def test_plans_do(tmp_path: Path) -> None:
    """A value in double quotes may hold any character by its escape; what reads JSON gets it back."""
    files = StackFiles(tmp_path).comply()
    files.edit(files.classes, "description: Who did what, when.", 'description: "größer ⇄ \\u202a"')
    with pytest.raises(Rejected):
        files.load()
    files.edit(files.classes, " \\u202a", "")
    plan = build_plan(files.load(), AS_OF)
    assert render_json(plan).isascii()
    assert "größer ⇄" in {each["description"] for each in json.loads(render_json(plan))["plan"]["classes"]}
    assert quiet(render_tables(plan))
