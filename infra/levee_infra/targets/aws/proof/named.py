"""Examples of what a role's policies allow by name, whether or not the plan knows of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from levee.targets.aws.iam.document import Effect, Statement
from levee.targets.aws.iam.wildcard import matches_ignoring_case
from levee_infra.targets.aws.kinds.role.live import LiveRole
from levee_infra.targets.aws.proof.by_role import role_policies
from levee_infra.verify.check import MARK


def allowing(role: LiveRole) -> Iterator[Statement]:
    """Every statement by which the role's policies allow something."""
    statements = (each for document in role_policies(role) for each in document.statements)
    return (each for each in statements if each.effect is Effect.ALLOW)


def is_about(statement: Statement, action: str) -> bool:
    """Whether the statement's Action or NotAction takes the action in."""
    listed = statement.actions or statement.not_actions
    return _any_matches(listed, action) == bool(statement.actions)


def actions_of(statement: Statement) -> Iterator[str | None]:
    """An action for each pattern of Action; of NotAction one that it leaves, None where levee finds none."""
    return _examples(statement.actions, statement.not_actions, f"{MARK}:{MARK}")


def resources_of(statement: Statement) -> Iterator[str | None]:
    """A resource for each pattern of Resource; of NotResource one that it leaves, None where levee finds none."""
    return _examples(statement.resources, statement.not_resources, MARK)


def example(pattern: str) -> str:
    """A name that the pattern matches."""
    return pattern.replace("*", MARK).replace("?", MARK[0])


def _examples(patterns: Sequence[str], left_out: Sequence[str], another: str) -> Iterator[str | None]:
    if patterns:
        yield from map(example, patterns)
    else:
        yield None if _any_matches(left_out, another) else another


def _any_matches(patterns: Sequence[str], name: str) -> bool:
    return any(matches_ignoring_case(pattern, name) for pattern in patterns)
