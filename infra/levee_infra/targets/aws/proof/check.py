"""What a proof checks of a stack's AWS account, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from levee_infra.verify.answer import Verdict


class Thing(StrEnum):
    """What a check is about."""

    ROLE = "role"
    SECRET = "secret"  # noqa: S105 - the word for it
    KEY = "key"
    ARCHIVE = "archive"
    ALARM = "alarm"
    CLUSTER = "MSK cluster"
    DATA_STREAM = "data stream"
    DELIVERY = "delivery role"
    SUBSCRIPTION = "subscription"


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

    def untold(self, name: str, reason: str) -> AccountResult:
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
