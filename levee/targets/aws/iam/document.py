"""A policy document, in the part of its grammar that levee writes.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

VERSION: Final = "2012-10-17"

Json = str | list["Json"] | dict[str, "Json"]


class PolicyTooLarge(ValueError):
    """A policy has more characters than AWS takes. `what` names it, `advice` reads on after the numbers."""

    def __init__(self, what: str, size: int, limit: int, advice: str) -> None:
        self.size = size
        self.limit = limit
        super().__init__(f"{what} has {size:,} characters, {size - limit:,} more than AWS takes ({limit:,}); {advice}")


class Effect(StrEnum):
    """What a statement does where it applies."""

    ALLOW = "Allow"
    DENY = "Deny"


class PrincipalKind(StrEnum):
    """Who a principal is: an identity of an account, or a service of AWS itself."""

    AWS = "AWS"
    SERVICE = "Service"


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """An identity's ARN, a whole account (its 12 digits or its root's ARN), a service's name, or `*` for everyone."""

    kind: PrincipalKind
    name: str


EVERYONE: Final = Principal(PrincipalKind.AWS, "*")


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """One test: `operator` compares the request's value of `key` with `values`, of which any one is enough."""

    operator: str
    key: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _sorted(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One rule. Exactly one of `actions` and `not_actions`, at most one of `resources` and `not_resources`.

    A trust policy names no resource, an identity's policy no principal. Orders mean nothing and are not kept: what is
    written in another order is equal.
    """

    effect: Effect
    sid: str = ""
    principals: tuple[Principal, ...] = ()
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.actions) == bool(self.not_actions):
            raise ValueError("a statement has either Action or NotAction")
        if self.resources and self.not_resources:
            raise ValueError("a statement has either Resource or NotResource")
        if len({(each.operator, each.key) for each in self.conditions}) != len(set(self.conditions)):
            raise ValueError("a statement tests a key once by one operator")
        for name in ("actions", "not_actions", "resources", "not_resources"):
            object.__setattr__(self, name, _sorted(getattr(self, name)))
        object.__setattr__(self, "principals", tuple(sorted(set(self.principals))))
        object.__setattr__(self, "conditions", tuple(sorted(set(self.conditions))))

    def plain(self) -> dict[str, Json]:
        """As JSON has it: keys in the order in which people read them, a single value without a list."""
        found: dict[str, Json] = {"Sid": self.sid, "Effect": self.effect.value, "Principal": self._principals()}
        found |= {"Action": _listed(self.actions), "NotAction": _listed(self.not_actions)}
        found |= {"Resource": _listed(self.resources), "NotResource": _listed(self.not_resources)}
        found |= {"Condition": self._conditions()}
        return {key: value for key, value in found.items() if value}

    def _principals(self) -> Json:
        if EVERYONE in self.principals:
            return "*"
        kinds = {kind: [each.name for each in self.principals if each.kind is kind] for kind in PrincipalKind}
        return {kind.value: _listed(names) for kind, names in kinds.items() if names}

    def _conditions(self) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for condition in self.conditions:
            tests = found.setdefault(condition.operator, {})
            assert isinstance(tests, dict)
            tests[condition.key] = _listed(condition.values)
        return found


@dataclass(frozen=True, slots=True)
class Document:
    """A policy: its statements, in the order written."""

    statements: tuple[Statement, ...]

    def plain(self) -> dict[str, Json]:
        """As JSON has it."""
        return {"Version": VERSION, "Statement": [statement.plain() for statement in self.statements]}

    def compact(self) -> str:
        """The JSON text without white space, which is how IAM counts a policy's size."""
        return json.dumps(self.plain(), separators=(",", ":"))

    def pretty(self) -> str:
        """The JSON text for people."""
        return json.dumps(self.plain(), indent=2) + "\n"


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def _listed(values: Iterable[str]) -> Json:
    texts: list[Json] = [*values]
    return texts[0] if len(texts) == 1 else texts
