"""What is claimed of everything that a name hides: that it is the one that was recorded, and not made anew since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from levee.catalog.partition import partition_name
from levee.plan import type_tokens
from levee.plan.planned import Plan
from levee.targets.aws.names import delivery_role_name, role_name
from levee_infra.targets.aws.kinds.archive_bucket.live import LiveBucket
from levee_infra.targets.aws.kinds.data_stream.live import LiveDataStream
from levee_infra.targets.aws.kinds.identity import made_at, marked
from levee_infra.targets.aws.live import Unread
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.targets.aws.tags import tags_of
from levee_infra.verify.account import AccountCheck, AccountResult, Thing

TOKENS: Final[Mapping[Thing, str]] = {
    things.ROLE: type_tokens.AWS_ROLE,
    things.DELIVERY: type_tokens.AWS_ROLE,
    things.SECRET: type_tokens.AWS_SECRET,
    things.KEY: type_tokens.AWS_KEY,
    things.ARCHIVE: type_tokens.AWS_ARCHIVE_BUCKET,
    things.DATA_STREAM: type_tokens.AWS_DATA_STREAM,
}
RecordedIdentities = Mapping[tuple[str, str], str]
"""By type token and the thing's name in AWS; of a key that is its alias."""

RECORDED: Final[Mapping[Thing, AccountCheck]] = {
    thing: AccountCheck(thing, "recorded", "is the one that the state recorded, not one made anew") for thing in TOKENS
}


def identity_outcomes(
    plan: Plan, live: LiveAccount, recorded: RecordedIdentities | Unread | None
) -> Iterator[AccountResult]:
    """Of all that is there and has been recorded; of everything where the record can't be read. None: there is none."""
    if recorded is None:
        return
    for thing, name, identity in (*_roles(plan, live), *_secrets(live), *_keys(live), *_others(plan, live)):
        check = RECORDED[thing]
        if isinstance(recorded, Unread):
            yield check.unknown(name, recorded.reason)
            continue
        alias = name.rpartition(":")[2] if thing is things.KEY else name
        known = recorded.get((TOKENS[thing], alias))
        if known is not None:
            found = identity if identity == known else f"{identity}; recorded is {known}, and what that held is gone"
            yield check.judged(name, holds=identity == known, found=found)


Found = tuple[Thing, str, str]


def _roles(plan: Plan, live: LiveAccount) -> Iterator[Found]:
    roles = {} if isinstance(live.roles, Unread) else live.roles
    services = {role_name(plan.stack, each.service) for each in plan.credentials if each.assumed_by}
    deliveries = {delivery_role_name(each.name) for each in plan.carriers}
    for name, role in roles.items():
        if name in services | deliveries:
            yield things.ROLE if name in services else things.DELIVERY, name, role.identity


def _secrets(live: LiveAccount) -> Iterator[Found]:
    for name, secret in ({} if isinstance(live.secrets, Unread) else live.secrets).items():
        yield things.SECRET, name, secret.arn


def _keys(live: LiveAccount) -> Iterator[Found]:
    for name, key in live.keys.items():
        if not isinstance(key, Unread):
            yield things.KEY, name, key.arn


def _others(plan: Plan, live: LiveAccount) -> Iterator[Found]:
    for name, bucket in live.buckets.items():
        if isinstance(bucket, LiveBucket):
            arn = f"arn:{partition_name(plan.boundary.region)}:s3:::{name}"
            yield things.ARCHIVE, name, marked(arn, tags_of(bucket.settings.inputs()))
    for name, stream in live.data_streams.items():
        if isinstance(stream, LiveDataStream) and "StreamCreationTimestamp" in stream.about:
            arn = str(stream.about["StreamARN"])
            yield things.DATA_STREAM, name, made_at(arn, stream.about["StreamCreationTimestamp"])
