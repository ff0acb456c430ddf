"""What isn't as declared is looked at once more before it is told: a broker may only have been behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from types import SimpleNamespace
from typing import Any, cast

import pytest

from levee.clock import SYSTEM_CLOCK
from levee.plan.planned import Plan
from levee_infra.deployed.record import Record
from levee_infra.verify import comparison as comparison_module
from levee_infra.verify import proof as proof_module
from levee_infra.verify.answer import Answer, Observation, Outcome, Verdict
from levee_infra.verify.check_run import CheckRun
from levee_infra.verify.client import Client
from levee_infra.verify.comparison import Comparison
from levee_infra.verify.kept_logins import KeptLogins
from levee_infra.verify.proof import Proof, _Prover
from tests.verify.conftest import compliant


class Users:
    """Users of whom some are not as declared the first time, or never, and how often each was tried."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, late: Collection[str] = (), never: Collection[str] = ()):
        self.late, self.never, self.tried = late, never, Counter[str]()
        monkeypatch.setattr(CheckRun, "run", lambda check_run, login: self.run(check_run))

    async def run(self, check_run: CheckRun) -> list[Outcome]:
        user = check_run.checks[0].username
        self.tried[user] += 1
        wrong = user in self.never or (user in self.late and self.tried[user] == 1)
        answers = {True: Answer.REFUSED, False: Answer.ALLOWED}
        return [Outcome(one, Observation(answers[one.allowed is wrong], "played")) for one in check_run.checks]


class NoDeeds:
    """Nobody writes."""

    def __init__(self, *_: object) -> None: ...

    async def run(self) -> dict[str, list[Outcome]]:
        return {}


async def proved(monkeypatch: pytest.MonkeyPatch, plan: Plan, *, write: bool = False) -> tuple[Proof, list[str]]:
    async def survey(_client: Client, plan: Plan) -> Any:
        return compliant(plan)

    async def login(_user: str) -> None:
        return None

    async def names() -> list[str]:
        return []

    monkeypatch.setattr(comparison_module, "survey", survey)
    monkeypatch.setattr(proof_module, "SETTLING_S", 0.0)
    monkeypatch.setattr(proof_module, "WriteChecks", NoDeeds)
    kept, said = cast("KeptLogins", SimpleNamespace(login=login, names=names)), list[str]()
    comparison = Comparison(plan, cast("Client", None), Record(), SYSTEM_CLOCK.today())
    prover = _Prover(comparison, kept, said.append)
    return await prover.run(plan.credentials, write=write), said


@pytest.fixture
def users(plan: Plan) -> list[str]:
    return [user for credential in plan.credentials for user in credential.usernames]


def wrong(proof: Proof) -> set[str]:
    return {each.check.username for each in proof.outcomes if each.verdict is not Verdict.AS_DECLARED}


async def test_where_all_is_as_declared_one_look_is_enough(
    monkeypatch: pytest.MonkeyPatch, plan: Plan, users: list[str]
) -> None:
    played = Users(monkeypatch)
    proof, said = await proved(monkeypatch, plan)
    assert (wrong(proof), played.tried) == (set(), Counter(users))
    assert not any("looking again" in line for line in said)


@pytest.mark.parametrize("write", [False, True])
async def test_whoever_was_only_late_is_as_declared(
    monkeypatch: pytest.MonkeyPatch, plan: Plan, users: list[str], write: bool
) -> None:
    played = Users(monkeypatch, late=users[:1])
    proof, _ = await proved(monkeypatch, plan, write=write)
    assert wrong(proof) == set()
    assert played.tried == Counter(users) + Counter(users if write else users[:1])


async def test_whoever_stays_otherwise_is_told(monkeypatch: pytest.MonkeyPatch, plan: Plan, users: list[str]) -> None:
    Users(monkeypatch, late=users[:1], never=users[1:2])
    proof, said = await proved(monkeypatch, plan)
    assert wrong(proof) == set(users[1:2])
    assert any("looking again" in line for line in said)
