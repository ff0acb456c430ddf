"""What `levee up`, `preview` and `destroy` ask of an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from levee.clock import Clock
from levee.plan.planned import Plan
from levee_infra.deployed.holder import EngineName
from levee_infra.deployed.judging import Change
from levee_infra.deployed.kept import Kept

Report = Callable[[str], None]


class Action(StrEnum):
    """What is to be done with a stack."""

    PREVIEW = "preview"
    UP = "up"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One action on one stack. `plan` is None where the files aren't needed: destroy works from the state.

    `clock` stands still at the moment for which it was planned: a run over midnight has one day.

    Before an engine changes anything, it compares the plan with what it deployed and refuses what the rules of changes
    stop; `max_removed` is how many percent of it may go. Without `rehearse` a preview tells what differs, not whether
    it can be fixed; Pulumi's engine always rehearses. `every` difference is shown, however many there are.
    """

    project: Path
    stack: str
    action: Action
    plan: Plan | None
    clock: Clock
    max_removed: int = 20
    rehearse: bool = True
    every: bool = False

    @property
    def change(self) -> Change:
        """What is judged by the rules of changes."""
        return Change(project=self.project, plan=self.plan, today=self.clock.today(), max_removed=self.max_removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many resources were, or in a preview would be, created, updated, deleted and left the same.

    `kept` are those among the deleted that stay and are let go of. `told` are the differences that were shown, in the
    words of `levee_infra.difference`, `differing` the topics and users that are made, deleted or gone as a whole, and
    the account's names of things that differ in any way; both are empty where an engine has words of its own.
    """

    changes: Mapping[str, int]
    kept: tuple[Kept, ...] = ()
    told: frozenset[str] = frozenset()
    differing: frozenset[str] = frozenset()

    @property
    def changed(self) -> int:
        """How many were not left as they are."""
        return sum(count for change, count in self.changes.items() if change != "same")


class Engine(Protocol):
    """Carries deployments out. `introduction` is the first line a user sees: which engine, and what it is for."""

    name: EngineName
    introduction: str

    def run(self, deployment: Deployment, report: Report) -> Outcome:
        """Do it, telling `report` a line at a time.

        Raises LeveeError: the deployment failed or was refused; what it says is for the user.
        """
