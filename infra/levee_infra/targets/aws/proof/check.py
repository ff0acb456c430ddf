"""What a proof claims of a stack's AWS account, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from levee_infra.verify.answer import Verdict


class Thing(StrEnum):
    """What a claim is about."""

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
class AccountClaim:
    """Something that must be so of every `thing`. `column` heads it in a table, `text` reads on after its name."""

    thing: Thing
    column: str
    text: str

    def holds(self, name: str, found: str) -> AccountOutcome:
        """It is so."""
        return AccountOutcome(self, name, Verdict.AS_DECLARED, found)

    def fails(self, name: str, found: str) -> AccountOutcome:
        """It is otherwise."""
        return AccountOutcome(self, name, Verdict.SURPRISE, found)

    def untold(self, name: str, reason: str) -> AccountOutcome:
        """Nobody can tell."""
        return AccountOutcome(self, name, Verdict.UNKNOWN, reason)

    def judged(self, name: str, *, holds: bool, found: str) -> AccountOutcome:
        """It is so, or it isn't."""
        return self.holds(name, found) if holds else self.fails(name, found)


@dataclass(frozen=True, slots=True)
class AccountOutcome:
    """A claim about the thing called `name`. `found` are the words that the verdict rests on."""

    claim: AccountClaim
    name: str
    verdict: Verdict
    found: str


def there(thing: Thing) -> AccountClaim:
    """That it exists at all."""
    return AccountClaim(thing, "is there", "exists")
