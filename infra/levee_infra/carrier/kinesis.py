"""A Kinesis data stream as its reader needs it: https://docs.aws.amazon.com/kinesis/latest/APIReference/.

Four operations, and no others: DescribeStreamSummary, ListShards, GetShardIterator, GetRecords. Errors are the API's:
AwsError for what AWS answers, FailedError where it can't be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from levee.clock import Clock
from levee_infra.carrier.shards import Shard
from levee_infra.targets.aws.api import Api

MOST_RECORDS: Final = 1000
"""Records in an answer, which is never longer than 10 MiB."""

HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What a data stream is like. `created` and `retention` are in milliseconds."""

    arn: str
    status: str
    created: int
    retention: int
    is_encrypted: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its sequence number, when it came in (milliseconds since 1970), and its content."""

    sequence: str
    arrival: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """Records in their order. `iterator` is where the next are; None at the end of a shard that is closed.

    `until`: with these records, all is there that came in before that time (milliseconds since 1970).
    """

    records: tuple[Record, ...]
    iterator: str | None
    behind: int
    until: int


class DataStream:
    """The data stream of one name."""

    def __init__(self, api: Api, name: str, clock: Clock) -> None:
        self.name = name
        self._api = api
        self._clock = clock

    async def summary(self) -> Summary:
        """What it is like now."""
        answer = await self._call("describe_stream_summary", StreamName=self.name)
        about = answer["StreamDescriptionSummary"]
        return Summary(
            arn=about["StreamARN"],
            status=about["StreamStatus"],
            created=_ms(about["StreamCreationTimestamp"]),
            retention=about["RetentionPeriodHours"] * HOUR_MS,
            is_encrypted=about.get("EncryptionType") == "KMS",
        )

    async def shards(self) -> tuple[Shard, ...]:
        """All shards that still hold records, closed ones among them."""
        found: list[Shard] = []
        which: Mapping[str, str] = {"StreamName": self.name}
        while True:  # boto3's paginator names the stream with each token, which Kinesis refuses
            answer = await self._call("list_shards", **which)
            found += map(_shard, answer["Shards"])
            token = answer.get("NextToken")
            if not token:
                return tuple(found)
            which = {"NextToken": token}

    async def iterator(self, shard: str, after: str | None) -> str:
        """Where the records after the one of this sequence number are; without one, the oldest that there are."""
        start = {"ShardIteratorType": "TRIM_HORIZON"}
        if after is not None:
            start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": after}
        answer = await self._call("get_shard_iterator", StreamName=self.name, ShardId=shard, **start)
        return str(answer["ShardIterator"])

    async def records(self, iterator: str) -> Answer:
        """The next records."""
        asked = self._clock.milliseconds()
        answer = await self._call("get_records", ShardIterator=iterator, Limit=MOST_RECORDS)
        behind = answer.get("MillisBehindLatest") or 0
        records = tuple(map(_record, answer["Records"]))
        return Answer(records, answer.get("NextShardIterator"), behind, asked - behind)

    async def _call(self, operation: str, **parameters: Any) -> Mapping[str, Any]:
        return await self._api.call("kinesis", operation, **parameters)


def _shard(about: Mapping[str, Any]) -> Shard:
    parents = (about.get("ParentShardId"), about.get("AdjacentParentShardId"))
    return Shard(about["ShardId"], tuple(parent for parent in parents if parent))


def _record(about: Mapping[str, Any]) -> Record:
    return Record(about["SequenceNumber"], _ms(about["ApproximateArrivalTimestamp"]), about["Data"])


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
