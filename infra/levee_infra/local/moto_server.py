"""The process that answers as AWS on this machine: `python -m levee_infra.local.moto_server -H … -p …`.

moto's own server, asked one thing at a time, with Kinesis and what CloudWatch Logs delivers to it put right where who
reads a data stream can tell the difference (moto 5.2):

- events have ids that are text, and those of one log stream go to one shard (`ByLogStream`);
- new records go to shards that are open; those of a shard that was split or merged stay in it;
- a shard that is closed ends: the answer with its last records names no further iterator;
- the Resource Groups Tagging API lists data streams by their tags, as it does buckets and keys.
"""

from __future__ import annotations

import argparse
import gzip
import json
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.kinesis.models import KinesisBackend, Shard, Stream
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

from levee_infra.local.one_at_a_time import OneAtATime

ID_DIGITS: Final = 56


def correct() -> None:
    """Put moto right, in this process."""
    Stream.get_shard_for_key = _open_shard(Stream.get_shard_for_key)
    Stream.split_shard = _keeping_records(Stream.split_shard)
    Stream.merge_shards = _keeping_records(Stream.merge_shards)
    KinesisBackend.get_records = _to_the_end(KinesisBackend.get_records)
    KinesisBackend.send_log_event = _send_log_event
    KinesisBackend.__bases__ = (*KinesisBackend.__bases__, TaggableResourcesMixin)
    KinesisBackend.SERVICE_NAMESPACE = "kinesis"
    KinesisBackend.iter_tagged_resources = _tagged_streams


def main() -> None:
    """Serve until ended: `-H` is the address, `-p` the port."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-H", dest="host", required=True)
    parser.add_argument("-p", dest="port", type=int, required=True)
    arguments = parser.parse_args()
    correct()
    moto = OneAtATime(DomainDispatcherApplication(create_backend_app))
    run_simple(arguments.host, arguments.port, moto, threaded=True, request_handler=MotoRequestHandler)


def _tagged_streams(self: KinesisBackend) -> Iterator[TaggedResource]:
    for stream in self.streams.values():
        yield TaggedResource(arn=stream.arn, tags=stream.tags, resource_type="kinesis:stream")


def _open_shard(original: Callable[..., Shard | None]) -> Callable[..., Shard | None]:
    def get_shard_for_key(self: Stream, partition_key: str, explicit_hash_key: str) -> Shard | None:
        every = self.shards
        self.shards = {name: shard for name, shard in every.items() if shard.is_open}
        try:
            return original(self, partition_key, explicit_hash_key)
        finally:
            self.shards = every

    return get_shard_for_key


def _keeping_records(original: Callable[..., None]) -> Callable[..., None]:
    def reshard(self: Stream, *arguments: str) -> None:
        held = {name: shard.records for name, shard in self.shards.items()}
        for shard in self.shards.values():
            shard.records = OrderedDict()
        try:
            original(self, *arguments)
        finally:
            for name, records in held.items():
                self.shards[name].records = records

    return reshard


def _to_the_end(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_records(self: KinesisBackend, stream_arn: str | None, shard_iterator: str, limit: int | None) -> Any:
        from moto.kinesis.utils import decompose_shard_iterator

        iterator, records, behind = original(self, stream_arn, shard_iterator, limit)
        stream, name, reached = decompose_shard_iterator(iterator)
        shard = self.describe_stream(stream_arn, stream).get_shard(name)
        is_at_end = not shard.is_open and int(reached) >= shard.get_max_sequence_number()
        return None if is_at_end else iterator, records, behind

    return get_records


def _send_log_event(
    self: KinesisBackend,
    delivery_stream_arn: str,
    filter_name: str,
    log_group_name: str,
    log_stream_name: str,
    log_events: Sequence[Mapping[str, Any]],
) -> None:
    body = {
        "messageType": "DATA_MESSAGE",
        "owner": self.account_id,
        "logGroup": log_group_name,
        "logStream": log_stream_name,
        "subscriptionFilters": [filter_name],
        "logEvents": [{**event, "id": str(event["id"]).zfill(ID_DIGITS)} for event in log_events],
    }
    data = b64encode(gzip.compress(json.dumps(body, separators=(",", ":")).encode())).decode()
    stream = self.describe_stream(stream_arn=delivery_stream_arn, stream_name=None)
    stream.put_record(partition_key=log_stream_name, explicit_hash_key="", data=data)


if __name__ == "__main__":
    main()
