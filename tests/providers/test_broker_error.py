"""Brokers' errors: short, and tried again only if they pass by themselves."""

from collections.abc import Sequence

import pytest
from confluent_kafka import KafkaError, KafkaException

from levee_infra.kafka.admin import broker_error as module
from levee_infra.kafka.admin.broker_error import BrokerError, broker_error, error_of, settled, trimmed
from levee_infra.providers.protocol.failures import FailedError


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", (0.0, 0.0, 0.0))


class Cluster:
    """Answers each item with what is left of its list of answers."""

    def __init__(self, **answers: list[object]) -> None:
        self.answers = answers
        self.requests: list[list[str]] = []

    async def __call__(self, items: Sequence[str]) -> list[object]:
        self.requests.append(list(items))
        return [self.answers[item].pop(0) for item in items]


MOVED = BrokerError("NOT_CONTROLLER", "")
REFUSED = BrokerError("POLICY_VIOLATION", "no")


async def test_only_what_passes_by_itself_is_tried_again() -> None:
    cluster = Cluster(a=[1], b=[MOVED, MOVED, 2], c=[REFUSED])
    assert await settled(["a", "b", "c"], cluster) == [1, 2, REFUSED]
    assert cluster.requests == [["a", "b", "c"], ["b"], ["b"]]


async def test_what_does_not_pass_is_told_in_the_end() -> None:
    cluster = Cluster(a=[MOVED] * 4)
    assert await settled(["a"], cluster) == [MOVED]
    assert len(cluster.requests) == 4


async def test_no_new_try_begins_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)
    cluster = Cluster(a=[MOVED, 1])
    assert await settled(["a"], cluster) == [MOVED]


def test_a_dump_of_the_request_is_cut_off() -> None:
    dump = "Broker: Cluster authorization failed: Request(processor=1, connectionId=127.0.0.1:1, session=Session(User:x"
    assert trimmed(dump) == "Cluster authorization failed"
    assert trimmed("first line\nat java.base/x.y") == "first line"
    assert len(trimmed("x" * 5_000)) == module.MAX_TEXT


def test_errors_of_the_client_library_are_named() -> None:
    error = broker_error(KafkaException(KafkaError(KafkaError.TOPIC_ALREADY_EXISTS, "Topic 't' already exists.")))
    assert isinstance(error, BrokerError)
    assert error.code == "TOPIC_ALREADY_EXISTS"
    assert str(error) == "TOPIC_ALREADY_EXISTS: Topic 't' already exists."
    assert isinstance(broker_error(KeyboardInterrupt()), FailedError)


def test_errors_inside_a_response_are_named_the_same() -> None:
    assert error_of(0, None) is None
    error = error_of(41, None)
    assert error is not None
    assert error.code == "NOT_CONTROLLER"
    assert error.transient
