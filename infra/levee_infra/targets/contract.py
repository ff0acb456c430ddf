"""What a target is, live: everything else asks it and names no cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from levee.plan.planned import Plan
from levee_infra.deployed.kept import Kept
from levee_infra.targets.findings import Findings
from levee_infra.verify.account import Proves


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo:
    """A thing that a stack let go of on the day `since` and that still exists. `locked_until` None: it locks nothing.

    `state` says how it is, `next` what its owner can do.
    """

    what: str
    name: str
    since: str
    locked_until: str | None
    state: str
    next: str


class Target(Proves, Protocol):
    """One platform. What it has nothing of, it answers with nothing. All raise LeveeError where nobody can be asked."""

    def provider(self, plan: Plan, project: Path) -> dict[str, Any]:
        """The levee provider's configuration: in `kafka` the cluster and who makes its users, beside it the account."""

    def secret_store(self, plan: Plan, project: Path) -> Mapping[str, Any]:
        """Where passwords are kept, as `levee:kafka:ServiceCredential` takes it."""

    def preflight(self, plan: Plan, project: Path) -> Findings:
        """What the platform, its Kafka cluster aside, says of a plan before anything is registered."""

    def caller(self, plan: Plan, project: Path) -> str | None:
        """Who runs this by the platform's word; None where it has none, or doesn't tell."""

    def let_go(self, plan: Plan, project: Path) -> tuple[LetGo, ...]:
        """What the stack let go of and its account still holds, in order."""

    def stayed(self, plan: Plan, project: Path, kept: Iterable[Kept]) -> tuple[Kept, ...]:
        """Those that are there after all; where that can't be determined, all of them."""
