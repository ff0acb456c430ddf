"""Policies as statements, and whom they let in.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html. The confused deputy, against
which service principals need ``aws:SourceAccount``: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from levee.fields.values import ORGANIZATION_ID
from levee_infra.targets.aws.arn_scope import PREFIX, arns_in, outside
from levee_infra.targets.aws.connection import AwsConnection

ANYONE: Final = "*"


@dataclass(frozen=True)
class Statement:
    """One statement of a policy. ``name`` is its Sid, or its place."""

    name: str
    content: Mapping[str, Any]

    @property
    def is_allow(self) -> bool:
        """Whether it allows; a denial lets nobody in."""
        return self.content.get("Effect") != "Deny"

    def principals(self) -> Iterator[tuple[str, str]]:
        """Whom it names, by kind: ``AWS``, ``Service``, ``Federated``, ``CanonicalUser``."""
        named = self.content.get("Principal")
        by_kind = named if isinstance(named, Mapping) else {"AWS": named}
        for kind, values in by_kind.items():
            for value in _listed(values):
                yield kind, str(value)

    def pinned(self, key: str) -> set[str]:
        """The values of which a ``StringEquals`` condition demands one; empty where none does."""
        condition = self.content.get("Condition")
        equal = condition.get("StringEquals") if isinstance(condition, Mapping) else None
        found = equal.items() if isinstance(equal, Mapping) else ()
        return {str(value) for name, values in found if name.lower() == key.lower() for value in _listed(values)}


def statements_of(text: str) -> list[Statement]:
    """Read the statements of a policy; none where it isn't JSON of that form."""
    try:
        document = json.loads(text)
    except ValueError:
        return []
    listed = _listed(document.get("Statement")) if isinstance(document, dict) else []
    return [_statement(content if isinstance(content, dict) else {}, place) for place, content in enumerate(listed, 1)]


def unexpected_principals(
    text: str, connection: AwsConnection, accounts: Collection[str] = (), *, organizations: bool = False
) -> Iterator[str]:
    """Say whom a policy lets in who is of neither the connection's account nor one of ``accounts``.

    ``organizations``: anyone is let in where a condition demands one organization.
    """
    for statement in statements_of(text):
        if not statement.is_allow:
            continue
        principals = list(statement.principals())
        if not principals:
            yield f"{statement.name} must say by Principal whom it allows"
        for kind, value in principals:
            if kind == "Service":
                reason = _deputy(statement, value, {connection.account, *accounts})
            elif value == ANYONE:
                reason = _anyone(statement, organizations=organizations)
            else:
                reason = _stranger(kind, value, connection, accounts)
            if reason:
                yield f"{statement.name} {reason}"


def reaches(text: str, connection: AwsConnection, accounts: Collection[str] = ()) -> Iterator[str]:
    """Say which ARNs of a policy lie outside the connection's account and region. Those in conditions may be of
    ``accounts``, too.
    """
    for statement in statements_of(text):
        for part, allowed in (("Resource", ()), ("NotResource", ()), ("Condition", accounts)):
            for arn in arns_in(statement.content.get(part)):
                if reason := outside(arn, connection, allowed):
                    yield f"{statement.name} reaches outside: {reason}"


def _stranger(kind: str, value: str, connection: AwsConnection, accounts: Collection[str]) -> str | None:
    if kind != "AWS" or not value.startswith(PREFIX):
        return f"allows {kind} {value}: name it by its ARN, such as arn:aws:iam::{connection.account}:role/its-name"
    reason = outside(value, connection, accounts)
    return f"allows another account: {reason}" if reason else None


def _deputy(statement: Statement, service: str, accounts: set[str]) -> str | None:
    pinned = statement.pinned("aws:SourceAccount")
    if not pinned:
        return (
            f"allows {service} on anyone's behalf: add the condition "
            f'{{"StringEquals": {{"aws:SourceAccount": "<account>"}}}} with {" or ".join(sorted(accounts))}'
        )
    if foreign := sorted(pinned - accounts):
        return f"allows {service} on behalf of account {', '.join(foreign)}, not of {' or '.join(sorted(accounts))}"
    return None


def _anyone(statement: Statement, *, organizations: bool) -> str | None:
    if not organizations:
        return "allows anyone (*): name the principals by their ARNs"
    pinned = statement.pinned("aws:PrincipalOrgID")
    if pinned and all(ORGANIZATION_ID.fullmatch(value) for value in pinned):
        return None
    return 'allows anyone (*): add the condition {"StringEquals": {"aws:PrincipalOrgID": "o-…"}}, or name ARNs'


def _statement(content: dict[str, Any], place: int) -> Statement:
    return Statement(str(content.get("Sid") or f"statement {place}"), content)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
