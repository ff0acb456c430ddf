"""The checkpoints that were committed, read from their topic."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import TopicMetadata

from levee.diagnostics import LeveeError
from levee_infra.carrier.checkpoint import Checkpoint, UnreadableCheckpoint
from levee_infra.carrier.route import Route
from levee_infra.carrier.transaction.client import reader_settings, silent
from levee_infra.carrier.transaction.failure import Failure, Left

PATIENCE_S: Final = 60.0
ASK_S: Final = 5.0
POLL_S: Final = 1.0
"""For so long it is asked what the topic is, and waited for a record, before it is looked whether to go on."""

IsLeaving = Callable[[], bool]


def read_checkpoints(route: Route, login: Mapping[str, str], is_leaving: IsLeaving) -> dict[str, Checkpoint]:
    """Each shard's last, by shard. Call it when the carrier's name is taken over: nothing is added meanwhile.

    Raises LeveeError for a topic that can't be read to its very end, and for a record that is no checkpoint; Left where
    the carrier is asked to end before.
    """
    try:
        kept = _read(route, login, is_leaving)
    except KafkaException as error:
        raise Failure.of(error.args[0]).final(f"the checkpoints in {route.checkpoints}") from None
    return {checkpoint.shard: checkpoint for checkpoint in kept.values()}


def _read(route: Route, login: Mapping[str, str], is_leaving: IsLeaving) -> dict[bytes | None, Checkpoint]:
    kept: dict[bytes | None, Checkpoint] = {}
    consumer = Consumer(reader_settings(login, route.name, lambda _: None), logger=silent())
    try:
        _require_one_partition(_listed(consumer, route, is_leaving), route)
        consumer.assign([TopicPartition(route.checkpoints, 0, OFFSET_BEGINNING)])
        until = time.monotonic() + PATIENCE_S
        while not _is_at_end(consumer, kept, route):
            if is_leaving():
                raise Left
            if time.monotonic() > until:
                raise LeveeError(
                    f"{route.checkpoints} can't be read to its end: a transaction is open on it, or brokers fail",
                    "`kafka-transactions.sh find-hanging` names a transaction that hangs; abort it, then start again",
                )
    finally:
        consumer.close()
    return kept


def _is_at_end(consumer: Consumer, kept: dict[bytes | None, Checkpoint], route: Route) -> bool:
    """Take one more record in, or see that there is none: neither a committed one nor one that may yet be."""
    message = consumer.poll(POLL_S)
    if message is None:
        return False
    error = message.error()
    if error is None:
        _take(message.key(), message.value(), kept, f"record {message.offset()} of {route.checkpoints}", route)
        return False
    if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
        _, end = consumer.get_watermark_offsets(TopicPartition(route.checkpoints, 0), cached=True)
        return bool(message.offset() >= end)  # a committed reader's end comes before an open transaction
    if Failure.of(error).lasts:  # what librdkafka says of a group that is never joined isn't of that kind
        raise KafkaException(error)
    return False


def _take(
    key: bytes | None, value: bytes | None, kept: dict[bytes | None, Checkpoint], where: str, route: Route
) -> None:
    if value is None:
        kept.pop(key, None)
        return
    try:
        checkpoint = Checkpoint.parse(key, value)
        if checkpoint.data_stream != route.name:
            raise UnreadableCheckpoint(f"it is of the data stream {checkpoint.data_stream}")
    except UnreadableCheckpoint as error:
        raise LeveeError(
            f"{where} is no checkpoint of {route.name}: {error}",
            "somebody else writes this topic: see `levee verify`. To begin anew with all that the data stream holds, "
            "events that are on the topic once more among it, delete the topic and run `levee up`",
        ) from None
    kept[key] = checkpoint


def _listed(consumer: Consumer, route: Route, is_leaving: IsLeaving) -> TopicMetadata:
    until = time.monotonic() + PATIENCE_S
    while True:
        if is_leaving():
            raise Left
        try:
            return consumer.list_topics(route.checkpoints, timeout=ASK_S).topics[route.checkpoints]
        except KafkaException as error:  # no broker has answered yet
            if Failure.of(error.args[0]).lasts or time.monotonic() > until:
                raise


def _require_one_partition(listed: TopicMetadata, route: Route) -> None:
    if listed.error is not None:
        raise KafkaException(listed.error)
    if len(listed.partitions) != 1:
        raise LeveeError(
            f"{route.checkpoints} has {len(listed.partitions)} partitions; a carrier's checkpoints are in one",
            "delete the topic and run `levee up`: events that are on the topic already come once more",
        )
