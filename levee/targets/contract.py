"""What a target is, by what may be declared of it: facts that checks, rules and the plan's reader ask for. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from levee.fields.rules import Fields
from levee.model.origin import Origin
from levee.model.problem import StackCheck
from levee.model.stack import Target
from levee.model.target_block import TargetBlock


class Capability(StrEnum):
    """What a stream may ask of a target."""

    TOPIC = "topics"
    CREDENTIAL = "credentials of services"
    FILTER = "filters"
    SINK = "sinks"
    ARCHIVE = "archives"
    FILLED_ARCHIVE = "records in archives"
    LOG_GROUP = "events of a CloudWatch log group"
    LOG_SERVICE = "events of a log service of which no group is named"
    MONITOR = "monitors"


ARCHIVE: Final = "archive of stream"
"""The noun of a type of archives."""


class Support(StrEnum):
    """How far this version of levee goes."""

    FULL = "full"
    NOT_YET = "not yet"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Supported:
    """How far a capability goes on a target. `reason` says what is so meanwhile, and reads on after a thing's name.

    `instead`: declaring it is an error, and this is what to do.
    """

    support: Support
    reason: str = ""
    instead: str = ""

    @property
    def is_full(self) -> bool:
        """Whether what is declared is provisioned."""
        return self.support is Support.FULL


FULL = Supported(Support.FULL)


def not_yet(reason: str, *, instead: str = "") -> Supported:
    """Declared and checked, and not provisioned by this version."""
    return Supported(Support.NOT_YET, reason, instead)


def impossible(reason: str) -> Supported:
    """Nothing that levee could ever do there."""
    return Supported(Support.IMPOSSIBLE, reason)


@dataclass(frozen=True, slots=True)
class AccountForm:
    """How the target's accounts are written; `words` describe the form in messages."""

    pattern: re.Pattern[str]
    words: str


DeclaredName = tuple[str, str, str, Origin]
"""A part by its type and name, what it is called where it lies, and where it is declared."""


@dataclass(frozen=True, slots=True)
class Keeps:
    """How a part stays when it is no longer declared: unless its deletion is approved, and what `if_approved` says is
    so (empty: anyway). `locked_for` is the input that says for how many days it is locked.
    """

    how: str
    if_approved: str = ""
    locked_for: str = ""


Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""A title, a header and rows."""


@dataclass(frozen=True, slots=True)
class Guardrails:
    """Policies that bind an account to a stack's boundary, by name, and what they leave open."""

    policies: Mapping[str, Any]
    left_open: Sequence[Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetModel:
    """One target. Capabilities that it doesn't list are `FULL`.

    `fields` are the keys under its name in `stack.yaml`, `example` a value as it would be written there, and `block`
    what becomes of values that they took. `elsewhere` are checks of stacks of other targets: that they have none of its
    words. `package`, whose modules every command would wait for, has those of `checks`, `claims`, `parts`,
    `readback` and `kept` of which it has any; None: it has none. `types` are those of its parts, `nouns` what
    some are called.
    `secret_stores` are where its stacks can keep passwords, the usual one first. `account_variables` and
    `region_variables` are those of a pipeline's environment that say where it runs. `mechanisms` are SASL mechanisms
    that its brokers offer beside the declared one. `scram`: whether its brokers know SCRAM users. `roles`: whether its
    connectors run as roles of the account. `organizations`: whether accounts are of one, whose policies bound them
    (`iam.guardrails` of `package`).
    """

    name: Target
    fields: Fields = field(default_factory=dict)
    example: str = ""
    block: Callable[[Mapping[str, Any], Origin], TargetBlock] = lambda _, origin: TargetBlock(origin=origin)
    elsewhere: tuple[StackCheck, ...] = ()
    package: str | None = None
    types: tuple[str, ...] = ()
    nouns: Mapping[str, str] = field(default_factory=dict)
    account: AccountForm | None = None
    secret_stores: tuple[str, ...] = ("file",)
    account_variables: tuple[str, ...] = ()
    region_variables: tuple[str, ...] = ()
    mechanisms: frozenset[str] = frozenset()
    scram: bool = True
    roles: bool = False
    organizations: bool = False
    capabilities: Mapping[Capability, Supported]

    def support(self, capability: Capability) -> Supported:
        """How far a capability goes."""
        return self.capabilities.get(capability, FULL)
