"""What a rule is, and what it says of one subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from levee.model.origin import Origin, Path
from levee_policies.facts import Facts

ValueT = TypeVar("ValueT")

OF_BROKERS: Final = "levee doesn't run the brokers and registers none: stack.yaml says how they are run"
OF_CONNECTORS: Final = "no target registers connectors"


class Severity(StrEnum):
    """How much harm a breach does, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Surface(StrEnum):
    """On which feed a rule is judged."""

    FILES = "files"  # a declared plan, offline
    RESOURCE = "resource"  # one registered resource at a time, before it is made
    STACK = "stack"  # all registered resources together
    CHANGE = "change"  # a plan against what is deployed


@dataclass(frozen=True, slots=True)
class Subject(Generic[ValueT]):
    """One thing a rule looks at. `name` is `<kind>/<name>` inside the stack: what waivers and reports call it."""

    name: str
    origin: Origin
    value: ValueT


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with a subject: what is there, what should be, and what to write instead.

    `at` leads from the subject's origin to the value; `origin` names another place altogether. `unknown`: the rule
    can't tell, which gates as a breach does. `secret`: the value holds one, and no report shows it.
    """

    current: str
    expected: str
    fix: str
    at: Path = ()
    origin: Origin | None = None
    unknown: bool = False
    secret: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule(Generic[ValueT]):
    """One demand. `subjects` are its subjects, `check` judges one of them and yields what is wrong.

    Both are pure: no clock, no files, no other rule. `page` is the module's docstring, which the documentation, SARIF
    and `levee explain` print. `authorities` are keys of `levee_policies.controls.AUTHORITIES`. `id` is never used again
    for something else. `unregistered` says of a rule on files why no registered resource shows what it is about.
    `file` is where an organization's own rule stands, in its project.
    """

    id: str
    title: str
    severity: Severity
    surfaces: frozenset[Surface]
    authorities: tuple[str, ...]
    subjects: Callable[[Facts], Iterable[Subject[ValueT]]]
    check: Callable[[ValueT, Facts], Iterable[Violation]]
    page: str
    waivable: bool = True
    unregistered: str = ""
    file: str = ""

    @property
    def group(self) -> str:
        """The letters of the id's middle: IDN, RES, …"""
        return self.id.split("-")[1]
