"""What levee let go of in a stack's account, and what became of it since.

Things are found by their tags, in one listing for all services. S3 tells of each bucket alone whether it is empty.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TypeVar

from levee.diagnostics import LeveeError
from levee.plan import type_tokens
from levee.plan.planned import Plan
from levee_infra.deployed.kept import Kept
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.targets.aws.account import account_api
from levee_infra.targets.aws.api import Api, AwsError
from levee_infra.targets.aws.arn_scope import Arn
from levee_infra.targets.aws.kinds.archive_bucket.live import NO_BUCKET, head, holds_anything
from levee_infra.targets.aws.kinds.data_stream.live import enduring
from levee_infra.targets.aws.kinds.key.live import SCHEDULED, describe
from levee_infra.targets.aws.tags import LET_GO, LOCKED_UNTIL, MANAGED_BY, PROJECT, RELEASED, STACK, from_list
from levee_infra.targets.contract import LetGo

Answer = TypeVar("Answer")


def things_let_go(plan: Plan, project: Path) -> tuple[LetGo, ...]:
    """What the stack let go of and its account still holds, in order. Raises LeveeError where that is unknown."""
    return _asked(plan, project, lambda api: _things(api, plan))


def stayed(plan: Plan, project: Path, kept: Iterable[Kept]) -> tuple[Kept, ...]:
    """Those that are there after all; where that can't be determined, all of them."""
    listed = tuple(kept)
    if not any(each.unless for each in listed):
        return listed
    try:
        there = _asked(plan, project, lambda api: _there(api, listed))
    except LeveeError:
        return listed
    return tuple(each for each, is_there in zip(listed, there, strict=True) if is_there)


def _asked(plan: Plan, project: Path, ask: Callable[[Api], Awaitable[Answer]]) -> Answer:
    async def asked() -> Answer:
        api = account_api(plan, project)
        try:
            return await ask(api)
        finally:
            await api.close()

    try:
        return asyncio.run(asked())
    except (FailedError, RefusedError) as error:
        raise LeveeError(
            f"what stack {plan.stack} let go of can't be determined: {error}", "let the caller do tag:GetResources"
        ) from None


async def _there(api: Api, kept: Iterable[Kept]) -> list[bool]:
    return await asyncio.gather(*(_is_there(api, each) for each in kept))


async def _is_there(api: Api, kept: Kept) -> bool:
    if not kept.unless:
        return True
    if kept.type == type_tokens.AWS_ARCHIVE_BUCKET:
        return await head(api, kept.id) is not None
    return await _key_state(api, kept.id) not in {None, *SCHEDULED}


async def _key_state(api: Api, key: str) -> str | None:
    about = await describe(api, key)
    return None if about is None else str(about["KeyState"])


async def _things(api: Api, plan: Plan) -> tuple[LetGo, ...]:
    whose = {MANAGED_BY: LET_GO, PROJECT: plan.project, STACK: plan.stack}
    listed = await api.pages(
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        TagFilters=[{"Key": key, "Values": [value]} for key, value in whose.items()],
    )
    found = await asyncio.gather(
        *(_thing(api, entry["ResourceARN"], from_list(entry.get("Tags", ()))) for entry in listed)
    )
    return tuple(sorted((each for each in found if each is not None), key=lambda each: (each.what, each.name)))


async def _thing(api: Api, text: str, tags: dict[str, str]) -> LetGo | None:
    """None where it is gone: lists of tags lag behind."""
    arn = Arn.parse(text)
    what, name, next_ = "resource", text, "it is its owner's"
    state: str | None = "exists"
    try:
        match arn:
            case Arn(service="s3", resource=name):
                what, state = "archive bucket", await _bucket(api, name)
                next_ = "its lifecycle empties it once its locks have ended"
                if state == "empty":
                    next_ = f"delete it: aws s3api delete-bucket --bucket {name}"
            case Arn(service="kms", resource=resource):
                what, name = "key", resource.removeprefix("key/")
                state = await _key_state(api, text)
                state = None if state in SCHEDULED else state and state.lower()
                next_ = (
                    "once nothing is left that it encrypts: "
                    f"aws kms schedule-key-deletion --key-id {name} --pending-window-in-days 30"
                )
            case Arn(service="kinesis", resource=resource):
                what, name = "data stream", resource.removeprefix("stream/")
                state = await _data_stream(api, name)
                next_ = f"once its records are not needed: aws kinesis delete-stream --stream-name {name}"
    except AwsError as error:
        state = f"unknown: {error}"
    if state is None:
        return None
    since = tags.get(RELEASED, "an unknown day")
    return LetGo(what=what, name=name, since=since, locked_until=tags.get(LOCKED_UNTIL), state=state, next=next_)


async def _bucket(api: Api, name: str) -> str | None:
    try:
        return "holds records" if await holds_anything(api, name) else "empty"
    except AwsError as error:
        if error.code in NO_BUCKET:
            return None
        raise


async def _data_stream(api: Api, name: str) -> str | None:
    about = await enduring(api, name)
    return None if about is None else str(about["StreamStatus"]).lower()
