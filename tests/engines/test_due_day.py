"""A stream may go from its day on, in UTC: whoever is asked, and wherever, gives the same answer at the same moment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from levee.clock import Clock
from levee.diagnostics import Rejected
from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee_infra import program
from levee_infra.cli.main import main
from levee_infra.engines.contract import Action, Deployment
from levee_infra.engines.embedded.embedded_engine import EmbeddedEngine
from levee_infra.engines.pulumi.engine import PulumiEngine
from tests.engines.test_judging import AUDIT as TOPIC_INPUTS
from tests.engines.test_judging import TOPIC, registration
from tests.policies.test_crossguard import Pack
from tests.providers.levee_provider.aws.test_aws_kind import Lamp, made
from tests.support.answering_cli import AnsweringCli
from tests.support.changing import AUDIT, commit, edit, exported, project
from tests.support.days import MOMENTS, before, beginning
from tests.support.recorder import record
from tests.support.registered import registered
from tests.support.rule_cases import STACK, Case, loaded

DAYS: Final = {
    "today": MOMENTS["today"].date(),
    "years_ahead": date(2031, 8, 17),
    "the_first_of_a_year": date(2028, 1, 1),
}
TERMS: Final = "approved_by: dpo, reason: replaced by another stream, ticket: GOV-1"


@dataclass(frozen=True)
class Asked:
    """A project with a stream that retires on a day, asked whether it may go."""

    folder: Path
    day: date
    cli: AnsweringCli
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def levee(self, clock: Clock, command: str, *arguments: str) -> Any:
        self.capsys.readouterr()
        main([command, STACK, "--project", str(self.folder), *arguments], clock)
        return json.loads(self.capsys.readouterr().out)

    def of_plan(self, clock: Clock) -> bool:
        topics = self.levee(clock, "plan", "--json")["plan"]["topics"]
        return not next(each for each in topics if each["stream"] == "payments-audit")["protected"]

    def of_guard(self, clock: Clock) -> bool:
        edit(self.folder, AUDIT, "eu.payments.audit.v1", "eu.payments.audit.v2")
        report = self.levee(clock, "guard", "--against", "git", "HEAD", "--format", "json")["stacks"][0]
        edit(self.folder, AUDIT, "eu.payments.audit.v2", "eu.payments.audit.v1")
        assert report["as_of"] == clock.today().isoformat()
        return "RLS-BLR-001" not in {each["rule"] for each in report["findings"]}

    def of_program(self, clock: Clock) -> bool:
        self.monkeypatch.setattr(program, "preflight", lambda *_, **__: ())
        self.monkeypatch.setattr(program, "rehearse", lambda *_: None)
        self.cli.holds({"version": 3, "deployment": {}})
        recorder = record(lambda: program.run(self.folder, STACK, clock.today()))
        return not recorder.requests[TOPIC, "payments-audit"].protect

    def of_pack(self, clock: Clock) -> bool:
        case = Case("none", "unprotected", fails=False, text="resources: [{name: payments-audit, protected: false}]")
        return Pack(self.folder, clock).resources(registered(loaded(case), case)) == set()

    def of_embedded_engine(self, clock: Clock) -> bool:
        refusals: list[Any] = []

        def run(request: Any) -> Any:
            refusals.extend(request.judge([registration(TOPIC, "payments-audit", TOPIC_INPUTS, protect=False)]))
            assert request.providers["levee"]()._clock.now() == clock.now()
            return SimpleNamespace(changes={})

        self.monkeypatch.setattr("levee_infra.engines.embedded.engine.run", run)
        EmbeddedEngine(chosen=True).run(self.due(clock), print)
        assert all(refusal.message.startswith("RLS-DEL-001") for refusal in refusals)
        return not refusals

    def of_pulumi_engine(self, clock: Clock) -> bool:
        self.cli.holds(exported())
        try:
            PulumiEngine(self.folder).run(self.due(clock), print)
        except Rejected as rejected:
            return {each.id for each in rejected.diagnostics} != {"RLS-BLR-001"}
        return True

    def due(self, clock: Clock) -> Deployment:
        """A deployment that lifts the protection, whether it may or not."""
        plan = build_plan(load_stack(self.folder, STACK), self.day)
        return Deployment(project=self.folder, stack=STACK, action=Action.PREVIEW, plan=plan, clock=clock)

    def of_provider(self, clock: Clock) -> bool:
        async def stays() -> bool:
            kind = Lamp(clock)
            approval = {"on": self.day.isoformat(), "approvedBy": "dpo", "ticket": "GOV-1"}
            recorded = await made(kind, deletion=approval)
            live = await kind.look_at(recorded.id)
            assert live is not None
            return await kind.outlives(live, recorded)

        return not asyncio.run(stays())


WAYS: Final = [
    Asked.of_plan, Asked.of_guard, Asked.of_program, Asked.of_pack, Asked.of_embedded_engine, Asked.of_pulumi_engine,
    Asked.of_provider,
]  # fmt: skip


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
@pytest.mark.parametrize("may_go", WAYS, ids=lambda way: way.__name__)
def test_it_may_go_from_the_first_moment_of_its_day_on_and_not_a_moment_earlier(
    may_go: Callable[[Asked, Clock], bool],
    day: date,
    zone: str,
    tmp_path: Path,
    cli: AnsweringCli,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = project(tmp_path / "project")
    with (folder / AUDIT).open("a") as stream:
        stream.write(f"retire: {{on: {day}, {TERMS}}}\n")
    commit(folder)
    asked = Asked(folder, day, cli, monkeypatch, capsys)
    assert (may_go(asked, before(day)), may_go(asked, beginning(day))) == (False, True)


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
def test_a_waiver_holds_to_the_last_moment_of_its_day(
    day: date, zone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path)
    with (folder / AUDIT).open("a") as stream:
        stream.write("min_insync: 1\n")
    about = f"owner: payments-team, approved_by: dpo, reason: a broker is being replaced, ticket: G-1, expires: {day}"
    waiver = f"{{rule: RLS-DUR-002, subject: {STACK}/stream/payments-audit, {about}}}"
    (folder / "stacks" / "waivers.yaml").write_text(f"waivers: [{waiver}]\n")
    after = day + timedelta(days=1)
    codes = [main(["check", "--project", str(folder)], clock) for clock in (before(after), beginning(after))]
    assert codes == [0, 1]
