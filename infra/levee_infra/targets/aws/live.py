"""What an account tells, and what it doesn't: a missing permission is no absence, an unread policy no harmless one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from levee.targets.aws.iam.document import EVERYONE, Condition, Document, Effect, Statement
from levee.targets.aws.iam.parsing import parse_document
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.targets.aws.api import Api

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Unread:
    """What the account didn't tell, and why."""

    reason: str


async def or_unread(read: Awaitable[Read]) -> Read | Unread:
    """What is read, or why it can't be."""
    try:
        return await read
    except (FailedError, RefusedError) as error:
        return Unread(str(error))


async def each(
    api: Api, read: Callable[[Api, str], Awaitable[Read | None]], names: Iterable[str]
) -> Mapping[str, Read | Unread]:
    """Read each by its name; what isn't there is left out."""
    asked = list(names)
    answers = await asyncio.gather(*(or_unread(read(api, name)) for name in asked))
    return {name: found for name, found in zip(asked, answers, strict=True) if found is not None}


def _perhaps(effect: Effect, *, of_resource: bool) -> Statement:
    return Statement(
        effect=effect,
        sid=f"a policy that levee can't read ({effect.value.lower()})",
        principals=(EVERYONE,) if of_resource else (),
        actions=("*",),
        resources=("*",),
        conditions=(Condition("NotTold", "levee:NotTold", ("true",)),),
    )


def _unknown_policy(*, of_resource: bool) -> Document:
    return Document(tuple(_perhaps(effect, of_resource=of_resource) for effect in Effect))


UNKNOWN_POLICY: Final = _unknown_policy(of_resource=False)
UNKNOWN_RESOURCE_POLICY: Final = _unknown_policy(of_resource=True)
"""Stand for policies whose text isn't known, or isn't understood: what they allow and deny is unknown."""


def read_policy(source: str | Mapping[str, object] | None, *, of_resource: bool) -> Document | None:
    """A live policy; None where there is none."""
    if not source:
        return None
    try:
        document = parse_document(source)
    except ValueError:
        return UNKNOWN_RESOURCE_POLICY if of_resource else UNKNOWN_POLICY
    named = all(bool(statement.principals) is of_resource for statement in document.statements)
    return document if named else (UNKNOWN_RESOURCE_POLICY if of_resource else UNKNOWN_POLICY)
