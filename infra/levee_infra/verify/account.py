"""What a proof checks of the account or project that a stack lies in, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from levee.plan.planned import Plan
from levee_infra.deployed.record import Record, Unreadable
from levee_infra.verify.answer import Verdict
from levee_infra.verify.kept_logins import KeptLogins


@dataclass(frozen=True, slots=True)
class Thing:
    """What a check is about: a word for one of its kind, and the title of a table of them."""

    value: str
    title: str

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """Something that must be so of every `thing`. `column` heads it in a table, `text` reads on after its name."""

    thing: Thing
    column: str
    text: str

    def holds(self, name: str, found: str) -> AccountResult:
        """It is so."""
        return AccountResult(self, name, Verdict.AS_DECLARED, found)

    def fails(self, name: str, found: str) -> AccountResult:
        """It is otherwise."""
        return AccountResult(self, name, Verdict.SURPRISE, found)

    def unknown(self, name: str, reason: str) -> AccountResult:
        """Nobody can tell."""
        return AccountResult(self, name, Verdict.UNKNOWN, reason)

    def judged(self, name: str, *, holds: bool, found: str) -> AccountResult:
        """It is so, or it isn't."""
        return self.holds(name, found) if holds else self.fails(name, found)


@dataclass(frozen=True, slots=True)
class AccountResult:
    """A check about the thing called `name`. `found` are the words that the verdict rests on."""

    check: AccountCheck
    name: str
    verdict: Verdict
    found: str


def there(thing: Thing) -> AccountCheck:
    """That it exists at all."""
    return AccountCheck(thing, "is there", "exists")


class Proves(Protocol):
    """What a proof asks of a stack's target."""

    def logins(self, plan: Plan, project: Path) -> KeptLogins:
        """The logins of services, from where the services themselves have them."""

    async def prove(
        self, plan: Plan, project: Path, recorded: Record | Unreadable, services: Collection[str] = ()
    ) -> tuple[AccountResult, ...]:
        """Read what the account holds of a stack and judge it; nothing is changed, and no secret is read.

        `services`, where there are any, are those whose roles are tried; the rest is judged as a whole.
        """
