"""``levee:aws:DataStream``: a Kinesis data stream, by which logs leave CloudWatch Logs.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/. A stream that is being changed takes no other change,
so each is waited for.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from levee.catalog.partition import partition_name
from levee.clock import Clock
from levee_infra.providers.protocol.declared import INTEGER, Field, always, between, lasting, matching, needed
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.identity import THING_ID
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.aws.api import Api, AwsError
from levee_infra.targets.aws.kinds.aws_kind import AwsKind, Live, changed
from levee_infra.targets.aws.kinds.data_stream.live import ABSENT, enduring
from levee_infra.targets.aws.kinds.identity import made_at
from levee_infra.targets.aws.kinds.rights import rights
from levee_infra.targets.aws.kinds.shared import ACKNOWLEDGED_IDS, ARN, DELETION, IDENTIFIED, KEY_ARN, TAGS
from levee_infra.targets.aws.tags import from_list, tag_changes, tags_of

NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
ON_DEMAND: Final = "ON_DEMAND"
SHORTEST_HOURS, LONGEST_HOURS = 24, 8760
MOST_TAGS: Final = 50
CREATED_AT_ONCE: Final = 5
"""Kinesis makes no more streams at a time, and answers LimitExceededException."""


class DataStream(AwsKind):
    """A Kinesis data stream that carries logs on. The id is its name. It is removed only with an approval that is due.

    It grows with what comes, and keeps what was sent for ``retentionHours``: for so long its consumer may be down.
    """

    token = "levee:aws:DataStream"  # noqa: S105 - a type token
    what = "data stream"
    needs = rights(
        "kinesis",
        "AddTagsToStream CreateStream DescribeStream DescribeStreamSummary IncreaseStreamRetentionPeriod "
        "ListTagsForStream RemoveTagsFromStream StartStreamEncryption UpdateStreamMode",
    )
    takes = (
        lasting("name", "It can't change.", check=matching(NAME, "must be 1 to 128 letters, digits and _.-")),
        KEY_ARN,
        needed(
            "retentionHours",
            "24 to 8760. Never shortened.",
            INTEGER,
            grows="older records would be lost",
            check=between(SHORTEST_HOURS, LONGEST_HOURS),
        ),
        Field("mode", "Always `ON_DEMAND`.", check=always(ON_DEMAND, "a stream that is full refuses logs")),
        DELETION,
        ACKNOWLEDGED_IDS,
        TAGS,
    )
    gives = (ARN, *IDENTIFIED)

    def __init__(self, api: Api, clock: Clock) -> None:
        super().__init__(api, clock)
        self._creating = asyncio.Semaphore(CREATED_AT_ONCE)

    async def look_for(self, new: Properties) -> Live | None:
        """By its name. One that is blank and empty counts as not made yet: ``make`` goes on with it."""
        live = await self.look_at(str(new["name"]))
        if live is not None and _is_blank(live) and not await self._holds_anything(live.id):
            return None
        return live

    async def look_at(self, resource_id: str) -> Live | None:
        """One that is being removed counts as gone."""
        about = await enduring(self.api, resource_id)
        if about is None:
            return None
        listed = await self.api.find("kinesis", "list_tags_for_stream", ABSENT, StreamName=resource_id, Limit=MOST_TAGS)
        return None if listed is None else _live(about, from_list(listed["Tags"]))

    def foreseen(self, new: Properties) -> Properties:
        """Its ARN is made of its name."""
        here = self.api.connection
        return {"arn": f"arn:{partition_name(here.region)}:kinesis:{here.region}:{here.account}:stream/{new['name']}"}

    async def make(self, new: Properties) -> Live:
        """Make it, tagged. A server that drops a new stream's tags (moto does) leaves a blank one after a kill: taking
        it over, empty as it is, takes nothing from anybody.
        """
        name = str(new["name"])
        async with self._creating:
            try:
                await self.api.call(
                    "kinesis",
                    "create_stream",
                    StreamName=name,
                    StreamModeDetails={"StreamMode": ON_DEMAND},
                    Tags=tags_of(new),
                )
            except AwsError as error:
                if error.code != "ResourceInUseException":
                    raise
                self._refuse_foreign(await self.look_for(new), new)
            await self._until_active(name)
        live = await self.look_at(name)
        if live is None:
            raise FailedError(f"the data stream {name} was made and is gone again; run again")
        return live

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:
        """Tags come first, for by them a killed run's stream is known; then the key, before anything is sent."""
        await self._until_active(live.id)  # a killed run's may still be under way
        await self.tag(live, *tag_changes(live.inputs, new, before))
        if changed(live, new, "keyArn"):
            await self._change(live, "start_stream_encryption", EncryptionType="KMS", KeyId=new["keyArn"])
        if changed(live, new, "retentionHours"):
            hours = new["retentionHours"]
            await self._change(live, "increase_stream_retention_period", RetentionPeriodHours=hours)
        if changed(live, new, "mode"):
            await self.api.call(
                "kinesis",
                "update_stream_mode",
                StreamARN=live.outputs["arn"],
                StreamModeDetails={"StreamMode": ON_DEMAND},
            )
            await self._until_active(live.id)

    async def remove(self, live: Live, recorded: Recorded) -> None:  # noqa: ARG002
        """Remove it with the records in it; not while a registered consumer reads it."""
        await self.api.find("kinesis", "delete_stream", ABSENT, StreamName=live.id, EnforceConsumerDeletion=False)

    async def tag(self, live: Live, tags: Mapping[str, str], gone: Sequence[str]) -> None:
        """One call for each of the two."""
        if tags:
            await self.api.call("kinesis", "add_tags_to_stream", StreamName=live.id, Tags=dict(tags))
        if gone:
            await self.api.call("kinesis", "remove_tags_from_stream", StreamName=live.id, TagKeys=list(gone))

    async def _change(self, live: Live, operation: str, **parameters: Any) -> None:
        await self.api.call("kinesis", operation, StreamName=live.id, **parameters)
        await self._until_active(live.id)

    async def _until_active(self, name: str) -> None:
        await self.api.wait("kinesis", "stream_exists", StreamName=name)

    async def _holds_anything(self, name: str) -> bool:
        answer = await self.api.call("kinesis", "list_shards", StreamName=name)
        shards = [shard["ShardId"] for shard in answer["Shards"]]
        if answer.get("NextToken"):  # a new one has four, not thousands
            return True
        return any(await asyncio.gather(*(self._shard_holds_anything(name, shard) for shard in shards)))

    async def _shard_holds_anything(self, name: str, shard: str) -> bool:
        oldest = await self.api.call(
            "kinesis", "get_shard_iterator", StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )
        answer = await self.api.call("kinesis", "get_records", ShardIterator=oldest["ShardIterator"], Limit=1)
        return bool(answer["Records"]) or answer.get("MillisBehindLatest", 0) > 0


def _live(about: Mapping[str, Any], tags: Mapping[str, str]) -> Live:
    is_encrypted = about.get("EncryptionType") == "KMS"
    inputs: Properties = {
        "name": about["StreamName"],
        "keyArn": about.get("KeyId") if is_encrypted else None,
        "retentionHours": about["RetentionPeriodHours"],
        "mode": about.get("StreamModeDetails", {}).get("StreamMode"),
        "tags": dict(tags),
    }
    arn = about["StreamARN"]
    return Live(about["StreamName"], inputs, {"arn": arn, THING_ID: made_at(arn, about["StreamCreationTimestamp"])})


def _is_blank(live: Live) -> bool:
    """Say whether the stream is as its creation left it: nobody has said anything about it since."""
    said = live.inputs["tags"] or live.inputs["keyArn"] or live.inputs["retentionHours"] != SHORTEST_HOURS
    return not said and live.inputs["mode"] == ON_DEMAND
