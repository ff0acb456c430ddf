"""The data stream as its reader asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from levee.clock import SYSTEM_CLOCK
from levee_infra.carrier.kinesis import DataStream
from levee_infra.carrier.shards import Shard
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.connection import AwsConnection
from tests.support.aws.api import AwsApi

NAME = "test.logs.writer"


@dataclass
class PagingApi:
    """Lists three shards, each in an answer of its own, and refuses a token beside a name, as Kinesis does."""

    asked: list[Mapping[str, Any]] = field(default_factory=list)

    async def call(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        assert (service, operation) == ("kinesis", "list_shards")
        assert len(parameters) == 1
        number = int(parameters.get("NextToken", "0"))
        parents = {1: {"ParentShardId": "0"}, 2: {"ParentShardId": "0", "AdjacentParentShardId": "1"}}
        shard = {"ShardId": str(number), **parents.get(number, {})}
        return {"Shards": [shard], **({"NextToken": str(number + 1)} if number < 2 else {})}


async def test_shards_are_listed_to_the_last_with_what_they_were_made_of() -> None:
    shards = await DataStream(cast("Api", PagingApi()), NAME, SYSTEM_CLOCK).shards()
    assert shards == (Shard("0"), Shard("1", ("0",)), Shard("2", ("0", "1")))


async def test_records_come_with_their_numbers_and_times(aws_api: AwsApi) -> None:
    kinesis = aws_api.client("kinesis")
    kinesis.create_stream(StreamName=NAME, ShardCount=1)
    for content in (b"1", b"2", b"3"):
        kinesis.put_record(StreamName=NAME, PartitionKey="any", Data=content)
    api = Api(AwsConnection(aws_api.account, aws_api.region, aws_api.endpoint, str(aws_api.credentials_file)))
    stream = DataStream(api, NAME, SYSTEM_CLOCK)
    summary = await stream.summary()
    (shard,) = await stream.shards()
    answer = await stream.records(await stream.iterator(shard.id, None))
    assert [record.data for record in answer.records] == [b"1", b"2", b"3"]
    assert all(summary.created <= record.arrival <= answer.until + 1000 for record in answer.records)
    behind_second = await stream.records(await stream.iterator(shard.id, answer.records[1].sequence))
    assert behind_second.records == answer.records[2:]
    assert (summary.is_encrypted, summary.retention, answer.behind) == (False, 86_400_000, 0)
    await api.close()
    kinesis.delete_stream(StreamName=NAME)
