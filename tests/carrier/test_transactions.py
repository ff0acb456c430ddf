"""Transactions that brokers refuse, on librdkafka's mock of them: what is told, and of which record."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

from levee.clock import SYSTEM_CLOCK
from levee.diagnostics import LeveeError
from levee_infra.carrier.checkpoint import Checkpoint
from levee_infra.carrier.envelope import Event
from levee_infra.carrier.portion import CarriedRecord, Portion
from levee_infra.carrier.route import Route
from levee_infra.carrier.transaction import transactions as transactions_module
from levee_infra.carrier.transaction.failure import Failure, Left, TryAgain
from levee_infra.carrier.transaction.limits import HOUR_MS, LARGEST_BATCH, Limits
from levee_infra.carrier.transaction.transactions import Transactions
from tests.support.mock_brokers import MockBrokers, Request, mock_brokers

ROUTE: Final = Route(
    account="123456789012", log_group="/group", name="carrier", topic="topic", checkpoints="checkpoints", username="me"
)
SHARD: Final = "shardId-000000000000"
ARRIVAL: Final = SYSTEM_CLOCK.milliseconds()

MANY: Final = 60_000
"""So many events that a transaction is refused while they are still being written."""

LARGE: Final = b"l" * (LARGEST_BATCH + 1)
"""An event that travels alone."""


@pytest.fixture(scope="module")
def brokers() -> Iterator[MockBrokers]:
    with mock_brokers() as running:
        yield running


def opened(brokers: MockBrokers, settings: Mapping[str, str] | None = None) -> Transactions:
    transactions = Transactions(ROUTE, brokers.login, Limits.of(settings or {}), print)
    transactions.open()
    return transactions


def record(sequence: str, *messages: bytes, ahead: int = 0) -> CarriedRecord:
    events = (Event(str(number), ARRIVAL + ahead, "web", message) for number, message in enumerate(messages))
    return CarriedRecord(sequence, ARRIVAL, tuple(events))


def portion(*records: CarriedRecord) -> Portion:
    checkpoint = Checkpoint(data_stream="carrier", created=1, shard=SHARD, sequence="9", arrival=1, until=1)
    return Portion.of(checkpoint, *records)


@pytest.mark.parametrize("events", [1, MANY])
def test_a_right_that_was_taken_away_ends_it_however_much_is_being_written(brokers: MockBrokers, events: int) -> None:
    transactions = opened(brokers)
    brokers.fail(Request.ADD_PARTITIONS_TO_TXN, KafkaError.TOPIC_AUTHORIZATION_FAILED)
    with pytest.raises(LeveeError, match="TOPIC_AUTHORIZATION_FAILED") as ended:
        transactions.write([portion(record("1", *[b"small"] * events))])
    assert "levee up" in ended.value.help


@pytest.mark.parametrize(
    ("refused", "told"),
    [(KafkaError.INVALID_TXN_STATE, "TOPIC_AUTHORIZATION_FAILED"), (KafkaError.PRODUCER_FENCED, "fenced off")],
)
def test_a_transaction_that_nothing_was_let_into_cannot_be_aborted_and_that_is_not_what_is_told(
    brokers: MockBrokers, refused: int, told: str
) -> None:
    transactions = opened(brokers)
    brokers.fail(Request.ADD_PARTITIONS_TO_TXN, KafkaError.TOPIC_AUTHORIZATION_FAILED)
    brokers.fail(Request.END_TXN, refused)
    with pytest.raises(LeveeError, match=told):
        transactions.write([portion(record("1", b"small"))])


def test_an_event_that_is_too_large_is_named_though_many_follow_it(brokers: MockBrokers) -> None:
    transactions = opened(brokers)
    brokers.fail(Request.PRODUCE, KafkaError.MSG_SIZE_TOO_LARGE)
    with pytest.raises(LeveeError, match=f"record {SHARD}:2 of the data stream is larger") as ended:
        transactions.write([portion(record("1"), record("2", LARGE), record("3", *[b"small"] * MANY))])
    assert "max.message.bytes" in ended.value.help
    assert f"--skip {SHARD}:2" in ended.value.help


@pytest.mark.parametrize("events", [2, MANY])
def test_a_batch_of_small_events_that_is_too_large_makes_none_of_them_guilty(brokers: MockBrokers, events: int) -> None:
    transactions = opened(brokers)
    brokers.fail(Request.PRODUCE, KafkaError.MSG_SIZE_TOO_LARGE)
    with pytest.raises(LeveeError, match="MSG_SIZE_TOO_LARGE") as ended:
        transactions.write([portion(record("1", *[b"small"] * events))])
    assert "max.message.bytes" in ended.value.help
    assert "--skip" not in ended.value.help + str(ended.value)


def test_a_time_that_is_refused_is_told_with_both_settings(brokers: MockBrokers) -> None:
    transactions = opened(brokers)
    brokers.fail(Request.PRODUCE, KafkaError.INVALID_TIMESTAMP)
    with pytest.raises(LeveeError, match="INVALID_TIMESTAMP") as ended:
        transactions.write([portion(record("1", b"small"))])
    assert "message.timestamp.before.max.ms" in ended.value.help
    assert "message.timestamp.after.max.ms" in ended.value.help


def test_what_passes_is_tried_again_under_its_own_name(brokers: MockBrokers) -> None:
    transactions = opened(brokers)
    brokers.fail(Request.ADD_PARTITIONS_TO_TXN, KafkaError.INVALID_PRODUCER_ID_MAPPING)
    with pytest.raises(TryAgain, match="INVALID_PRODUCER_ID_MAPPING"):
        transactions.write([portion(record("1", *[b"small"] * MANY))])
    transactions.write([portion(record("1", b"small"))])


@pytest.fixture
def quiet_login() -> Iterator[Mapping[str, str]]:
    """Of a broker that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as quiet:
        yield {"bootstrap.servers": f"127.0.0.1:{quiet.getsockname()[1]}"}


def test_a_short_silence_is_not_told(monkeypatch: pytest.MonkeyPatch, quiet_login: Mapping[str, str]) -> None:
    monkeypatch.setattr(transactions_module, "STEP_S", 0.05)
    monkeypatch.setattr(transactions_module, "GRACE_S", 0.2)
    monkeypatch.setattr(transactions_module, "SAY_EVERY_S", 1000.0)
    said: list[str] = []
    transactions = Transactions(ROUTE, quiet_login, Limits.of({}), said.append)
    transactions.leave()
    with pytest.raises(Left):
        transactions.open()
    assert said == []


def test_a_longer_silence_is_told_while_it_lasts(
    monkeypatch: pytest.MonkeyPatch, quiet_login: Mapping[str, str]
) -> None:
    monkeypatch.setattr(transactions_module, "STEP_S", 0.05)
    monkeypatch.setattr(transactions_module, "GRACE_S", 0.0)
    monkeypatch.setattr(transactions_module, "SAY_EVERY_S", 0.0)
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            transactions.leave()

    transactions = Transactions(ROUTE, quiet_login, Limits.of({}), say)
    with pytest.raises(Left):
        transactions.open()
    assert [line[:34] for line in said] == ["warning: Kafka doesn't answer yet:"] * 2


def failures(*names: str) -> list[Failure]:
    return [Failure(name, "") for name in names]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["_PURGE_QUEUE", "TOPIC_AUTHORIZATION_FAILED"], "TOPIC_AUTHORIZATION_FAILED"),
        (["_INVALID_DIFFERENT_RECORD", "INVALID_RECORD", "_STATE"], "INVALID_RECORD"),
        (["_MSG_TIMED_OUT", "MSG_SIZE_TOO_LARGE", "_INCONSISTENT"], "MSG_SIZE_TOO_LARGE"),
        (["_PURGE_INFLIGHT", "_MSG_TIMED_OUT", "_STATE"], "_MSG_TIMED_OUT"),
        (["_STATE"], "_STATE"),
    ],
)
def test_of_several_failures_the_one_that_lasts_is_told_or_the_first_of_substance(names: list[str], told: str) -> None:
    assert Failure.telling(failures(*names)).name == told


@pytest.mark.parametrize(
    ("settings", "limits"),
    [
        ({}, Limits(LARGEST_BATCH, HOUR_MS // 2)),
        ({"max.message.bytes": "20000"}, Limits(19_488, HOUR_MS // 2)),
        ({"max.message.bytes": "0"}, Limits(1024, HOUR_MS // 2)),
        ({"max.message.bytes": "2147483647"}, Limits(LARGEST_BATCH, HOUR_MS // 2)),
        ({"message.timestamp.after.max.ms": "60000"}, Limits(LARGEST_BATCH, 30_000)),
        ({"message.timestamp.after.max.ms": "0"}, Limits(LARGEST_BATCH, 0)),
    ],
)
def test_a_topic_takes_what_it_declares(settings: dict[str, str], limits: Limits) -> None:
    assert Limits.of(settings) == limits


def test_an_event_that_is_further_ahead_than_its_topic_takes_gets_the_time_it_came_in_at(brokers: MockBrokers) -> None:
    transactions = opened(brokers, {"message.timestamp.after.max.ms": "60000"})
    end = len(read(brokers))
    near, far = record("1", b"near", ahead=30_000), record("2", b"far", ahead=30_001)
    transactions.write([portion(near, far)])
    times = {value: (timestamp, headers.get("aws.timestamp")) for value, timestamp, headers in read(brokers)[end:]}
    assert times == {b"near": (ARRIVAL + 30_000, None), b"far": (ARRIVAL, str(ARRIVAL + 30_001).encode())}


def test_a_shard_that_is_gone_leaves_no_checkpoint_behind(brokers: MockBrokers) -> None:
    """A compacted topic drops a key whose last value is none."""
    transactions = opened(brokers)
    kept = portion()
    transactions.write([kept])
    transactions.write([Portion.forgetting(SHARD)])
    assert [value for value, _, _ in read(brokers, ROUTE.checkpoints)][-2:] == [kept.value, None]
    assert kept.value is not None


def read(brokers: MockBrokers, topic: str = ROUTE.topic) -> list[tuple[bytes, int, dict[str, bytes]]]:
    """All records of a topic: the events of the one log stream are in one partition, and checkpoints always."""
    consumer = Consumer({**brokers.login, "group.id": "reader", "enable.partition.eof": True, "fetch.wait.max.ms": 10})
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
    found, ends = [], 0
    while ends < len(partitions):
        message = consumer.poll(10)
        if message.error() is None:
            found.append((message.value(), message.timestamp()[1], dict(message.headers() or ())))
        else:
            assert message.error().code() == KafkaError._PARTITION_EOF
            ends += 1
    consumer.close()
    return found
