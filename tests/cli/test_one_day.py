"""A run over midnight has one day: the one for which it was planned."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from levee.clock import Clock
from levee_infra.cli.main import main
from levee_infra.deployed.holder import EngineName
from levee_infra.engines.contract import Action, Deployment, Outcome, Report
from tests.support.changing import AUDIT, EVENTS, deploy, edit, project
from tests.support.days import before
from tests.support.rule_cases import STACK

DUE = date(2028, 1, 1)


@dataclass
class NotedEngine:
    """Does nothing, and notes what it is given."""

    name: EngineName = EngineName.EMBEDDED
    introduction: str = "engine: of the test"
    given: list[Deployment] = field(default_factory=list)

    def run(self, deployment: Deployment, report: Report) -> Outcome:
        self.given.append(deployment)
        return Outcome(changes={})

    @property
    def days(self) -> set[date]:
        return {deployment.clock.today() for deployment in self.given}

    @property
    def actions(self) -> list[Action]:
        return [deployment.action for deployment in self.given]


class Answering(io.StringIO):
    """A terminal, at which somebody types the stack's name."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> NotedEngine:
    noted = NotedEngine()
    monkeypatch.setattr("levee_infra.engines.choice.choose", lambda *_: noted)
    for asked in ("targets.preflight.preflight", "targets.preflight.doubts", "verify.comparison.differences"):
        monkeypatch.setattr(f"levee_infra.{asked}", lambda *_, **__: ())
    monkeypatch.setattr("levee_infra.verify.comparison.account_differences", lambda *_: ())
    monkeypatch.setattr("sys.stdin", Answering(f"{STACK}\n"))
    return noted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = project(tmp_path)
    with (made / AUDIT).open("a") as stream:
        stream.write(f"retire: {{on: {DUE}, approved_by: dpo, reason: replaced by another stream, ticket: GOV-1}}\n")
    return made


@pytest.fixture
def midnight() -> Clock:
    """Told the first time it is the last moment of a day, and a moment later with each time more."""

    def moments() -> Iterator[timedelta]:
        passed = timedelta()
        while True:
            yield passed
            passed += timedelta(microseconds=1)

    passing = moments()
    return Clock(lambda: before(DUE).now() + next(passing))


@pytest.mark.parametrize("command", [["up", "--yes"], ["preview"], ["destroy", "--yes"], ["drift"]])
def test_what_began_before_midnight_is_of_that_day_to_its_end(
    folder: Path, engine: NotedEngine, midnight: Clock, zone: str, command: list[str]
) -> None:
    assert main([*command, STACK, "--project", str(folder)], midnight) == 0
    assert engine.days == {DUE - timedelta(days=1)}
    (plan,) = [each.plan for each in engine.given]
    assert plan is not None
    assert all(topic.protected for topic in plan.topics if topic.stream == "payments-audit")


@pytest.mark.parametrize(("command", "shown"), [("up", [Action.PREVIEW]), ("destroy", [])])
def test_what_is_agreed_to_after_midnight_is_planned_anew(
    folder: Path,
    engine: NotedEngine,
    midnight: Clock,
    command: str,
    shown: list[Action],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([command, STACK, "--project", str(folder)], midnight) == 1
    assert engine.actions == shown
    assert "2027-12-31 has ended (UTC) since this was planned; nothing was changed" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["up", "destroy"])
def test_what_is_agreed_to_on_the_same_day_is_done(folder: Path, engine: NotedEngine, command: str) -> None:
    assert main([command, STACK, "--project", str(folder)], before(DUE)) == 0
    assert engine.actions[-1] == Action(command)


@pytest.mark.parametrize("command", ["up", "preview", "destroy", "drift", "verify", "status"])
def test_what_is_live_is_judged_by_no_other_day(folder: Path, engine: NotedEngine, command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, STACK, "--project", str(folder), "--as-of", "2031-01-01"], before(DUE))
    assert (ended.value.code, engine.given) == (2, [])


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(("command", "code"), [(["check"], 1), (["plan", STACK], 0), (["guard", STACK], 1)])
def test_the_first_and_the_last_day_are_days(folder: Path, day: str, command: list[str], code: int) -> None:
    deploy(folder)
    edit(folder, EVENTS, "retention: 7d", "retention: 2d")
    with (folder / EVENTS).open("a") as stream:
        stream.write("approve: [{change: retention-cut, until: 2027-12-31, approved_by: dpo, ")
        stream.write("reason: agreed with the owner of it, ticket: G-1}]\n")
    (folder / "stacks" / "waivers.yaml").write_text(
        f"waivers: [{{rule: RLS-DUR-002, subject: {STACK}/stream/payments-*, owner: payments-team, approved_by: dpo, "
        "reason: a broker is being replaced, ticket: G-1, expires: 2027-12-31}]\n"
    )
    assert main([*command, "--project", str(folder), "--as-of", day], before(DUE)) == code
