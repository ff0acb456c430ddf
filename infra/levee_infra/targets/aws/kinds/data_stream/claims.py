"""What is claimed of the data streams that take log groups' events out of CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.planned import Plan, PlannedCarrier
from levee.targets.aws.form import CARRIED_HOURS
from levee.targets.aws.names import data_stream_arn
from levee_infra.targets.aws.kinds.data_stream.live import LiveDataStream
from levee_infra.targets.aws.live import Unread
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.encryption import encrypted_by
from levee_infra.targets.aws.proof.live import LiveAccount, present
from levee_infra.targets.aws.proof.policy_case import tried
from levee_infra.targets.aws.proof.unexpected_access import outsiders
from levee_infra.verify.account import AccountCheck, AccountResult, there

THERE: Final = there(things.DATA_STREAM)
ON: Final = AccountCheck(things.DATA_STREAM, "is on", "takes and gives records, in the stack's account and region")
ENCRYPTED: Final = AccountCheck(things.DATA_STREAM, "encrypted", "is encrypted by the declared key")
KEPT: Final = AccountCheck(things.DATA_STREAM, "kept", "keeps records at least as long as declared")
OUTSIDERS: Final = AccountCheck(
    things.DATA_STREAM, "no outsiders", "is read, written and managed by nobody of another account"
)
CONSUMERS: Final = AccountCheck(things.DATA_STREAM, "no consumers", "has no registered consumer, for none is declared")

ACTIONS: Final = tuple(
    f"kinesis:{action}"
    for action in ("DeleteStream", "GetRecords", "PutRecord", "PutRecords", "PutResourcePolicy", "SubscribeToShard")
)
AT_WORK: Final = frozenset({"ACTIVE", "UPDATING"})
"""While shards are split or merged, which a stream does by itself as it grows, it works as ever:
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescriptionSummary.html."""


def data_stream_outcomes(plan: Plan, live: LiveAccount) -> Iterator[AccountResult]:
    """Everything about the data stream of every carrier."""
    for carrier in plan.carriers:
        stream = yield from present(THERE, carrier.name, live.data_streams, "there is no such data stream")
        if stream is not None:
            yield from _outcomes(plan, live, carrier, stream)


def _outcomes(
    plan: Plan, live: LiveAccount, carrier: PlannedCarrier, stream: LiveDataStream
) -> Iterator[AccountResult]:
    name, about = carrier.name, stream.about
    arn, status, hours = str(about.get("StreamARN")), about.get("StreamStatus"), about.get("RetentionPeriodHours")
    yield THERE.holds(name, arn)
    here = arn == data_stream_arn(plan.boundary, name)
    yield ON.judged(name, holds=here and status in AT_WORK, found=f"{arn} is {status}")
    used = about.get("KeyId") if about.get("EncryptionType") == "KMS" else None
    yield encrypted_by(ENCRYPTED, name, live, plan.secrets.key, used)
    long = isinstance(hours, int) and hours >= CARRIED_HOURS
    yield KEPT.judged(name, holds=long, found=f"{hours} hours; declared are {CARRIED_HOURS}")
    if isinstance(stream.policy, Unread):
        yield OUTSIDERS.unknown(name, stream.policy.reason)
    else:
        yield tried(OUTSIDERS, name, outsiders(plan, stream.policy, ACTIONS, arn))
    if isinstance(stream.consumers, Unread):
        yield CONSUMERS.unknown(name, stream.consumers.reason)
    else:
        yield CONSUMERS.judged(name, holds=not stream.consumers, found=", ".join(stream.consumers) or "none")
