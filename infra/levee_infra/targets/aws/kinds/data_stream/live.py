"""How a data stream is read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from levee.targets.aws.iam.document import Document
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.live import UNKNOWN_RESOURCE_POLICY, Unread, or_unread, read_policy

ABSENT: Final = ("ResourceNotFoundException",)


@dataclass(frozen=True, slots=True)
class LiveDataStream:
    """A Kinesis data stream. `about` is its StreamDescriptionSummary, `consumers` the names of those registered."""

    about: Mapping[str, Any]
    policy: Document | Unread | None = None
    consumers: tuple[str, ...] | Unread = ()


async def summary(api: Api, name: str) -> Mapping[str, Any] | None:
    """Its StreamDescriptionSummary; None where there is no such stream."""
    answer = await api.find("kinesis", "describe_stream_summary", ABSENT, StreamName=name)
    return None if answer is None else answer["StreamDescriptionSummary"]


async def enduring(api: Api, name: str) -> Mapping[str, Any] | None:
    """The same; one that is being removed counts as gone."""
    about = await summary(api, name)
    return None if about is None or about["StreamStatus"] == "DELETING" else about


async def read_data_stream(api: Api, name: str) -> LiveDataStream | None:
    """All of it."""
    about = await summary(api, name)
    if about is None:
        return None
    policy, consumers = await asyncio.gather(
        or_unread(_policy(api, about["StreamARN"])),
        or_unread(api.pages("kinesis", "list_stream_consumers", "Consumers", StreamARN=about["StreamARN"])),
    )
    names = consumers if isinstance(consumers, Unread) else tuple(sorted(each["ConsumerName"] for each in consumers))
    return LiveDataStream(about, policy, names)


async def _policy(api: Api, arn: str) -> Document | None:
    """Most have none, which is answered as an empty object, or not at all."""
    answer = await api.find("kinesis", "get_resource_policy", ABSENT, ResourceARN=arn)
    text = "" if answer is None else "".join(answer.get("Policy", "").split())
    return None if text == "{}" else read_policy(text, of_resource=True)


def data_stream_policy(stream: LiveDataStream | Unread | None) -> Document | None:
    """What a data stream's own policy may say."""
    policy = stream.policy if isinstance(stream, LiveDataStream) else stream
    return UNKNOWN_RESOURCE_POLICY if isinstance(policy, Unread) else policy
