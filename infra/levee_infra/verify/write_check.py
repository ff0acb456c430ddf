"""What is really done, by librdkafka from the service's own settings as they stand: logging in, and, only where it
was asked for, one record written and read back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from levee_infra.kafka.admin.broker_error import trimmed
from levee_infra.verify.answer import Answer, Observation
from levee_infra.verify.broker_connection import CLIENT_ID
from levee_infra.verify.check import MARK

DEADLINE_S: Final = 20.0
POLL_S: Final = 0.05

_REFUSED: Final = frozenset(
    {
        "_AUTHENTICATION",
        "SASL_AUTHENTICATION_FAILED",
        "TOPIC_AUTHORIZATION_FAILED",
        "CLUSTER_AUTHORIZATION_FAILED",
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """Where a marked record lies, and the token that it carries."""

    topic: str
    partition: int
    offset: int
    token: str


class _Complaints:
    """What a client tells only to its error callback, and only while it is polled: a login that is refused looks
    like a time-out otherwise.
    """

    def __init__(self) -> None:
        self.fatal: Observation | None = None
        self.last = ""

    def __call__(self, error: KafkaError) -> None:
        if error.name() in _REFUSED:
            self.fatal = Observation(Answer.REFUSED, error.name())
        elif error.name() != "_ALL_BROKERS_DOWN":
            self.last = trimmed(error.str())


def log_in(settings: Mapping[str, str]) -> Observation:
    """Log in and ask which cluster this is, which needs no right. Blocking."""
    complaints = _Complaints()
    try:
        client = AdminClient(_configured(settings, complaints))
        asked = client.describe_cluster(request_timeout=DEADLINE_S)
        _wait(client.poll, lambda: asked.done() or complaints.fatal is not None)
        if complaints.fatal is not None:
            return complaints.fatal
        if not asked.done():
            return Observation(Answer.UNCLEAR, complaints.last or "no answer")
        return Observation(Answer.ALLOWED, f"cluster {asked.result().cluster_id}", done=True)
    except KafkaException as error:
        return _observed(error.args[0], complaints)


def write_record(settings: Mapping[str, str], topic: str, token: str) -> tuple[Observation, Written | None]:
    """Write one record that says in a header what it is. Blocking."""
    complaints, delivered = _Complaints(), list[tuple[Any, Any]]()
    own = {"acks": "all", "enable.idempotence": True, "message.timeout.ms": int(DEADLINE_S * 1000)}
    try:
        producer = Producer(_configured(settings, complaints) | own)
        producer.produce(
            topic,
            key=MARK,
            value=b"a record of `levee verify --write`; drop it",
            headers=[(MARK, token)],
            on_delivery=lambda error, message: delivered.append((error, message)),
        )
        _wait(producer.poll, lambda: bool(delivered) or complaints.fatal is not None)
    except KafkaException as error:
        return _observed(error.args[0], complaints), None
    if not delivered:
        return complaints.fatal or Observation(Answer.UNCLEAR, complaints.last or "no answer"), None
    failure, message = delivered[0]
    if failure is not None:
        return _observed(failure, complaints), None
    written = Written(topic, message.partition(), message.offset(), token)
    return Observation(
        Answer.ALLOWED, f"wrote partition {written.partition} offset {written.offset}", done=True
    ), written


def read_record(settings: Mapping[str, str], group: str, written: Written) -> Observation:
    """Read that record back from its place, without joining the group and without a commit. Blocking."""
    complaints = _Complaints()
    own = {"group.id": group, "enable.auto.commit": False, "enable.auto.offset.store": False}
    consumer = Consumer(_configured(settings, complaints) | own)
    try:
        consumer.assign([TopicPartition(written.topic, written.partition, written.offset)])
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline and complaints.fatal is None:
            message = consumer.poll(POLL_S)
            if message is None or (message.error() and message.error().name() == "GROUP_AUTHORIZATION_FAILED"):
                continue
            if message.error():
                return _observed(message.error(), complaints)
            return _recognized(message, written)
        return complaints.fatal or Observation(Answer.UNCLEAR, complaints.last or "no answer")
    except KafkaException as error:
        return _observed(error.args[0], complaints)
    finally:
        consumer.close()


def _recognized(message: Any, written: Written) -> Observation:
    place = f"partition {message.partition()} offset {message.offset()}"
    if (MARK, written.token.encode()) in (message.headers() or []):
        return Observation(Answer.ALLOWED, f"read {place}", done=True)
    return Observation(Answer.UNCLEAR, f"{place} holds another record than the one written")


def _observed(error: Any, complaints: _Complaints) -> Observation:
    if complaints.fatal is not None:
        return complaints.fatal
    if error.name() in _REFUSED:
        return Observation(Answer.REFUSED, error.name())
    return Observation(Answer.UNCLEAR, complaints.last or trimmed(error.str()))


def _configured(settings: Mapping[str, str], complaints: _Complaints) -> dict[str, Any]:
    return {**settings, "client.id": CLIENT_ID, "error_cb": complaints, "log_level": 0}


def _wait(poll: Callable[[float], object], is_over: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_over() and time.monotonic() < deadline:
        poll(POLL_S)
