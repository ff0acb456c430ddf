"""Small real clients that say plainly what the broker let them do."""

import time
from collections.abc import Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaError, Producer
from confluent_kafka.admin import AdminClient


def login_error(settings: Mapping[str, Any]) -> str | None:
    """Log in; None if the broker let the client in, else its error's name."""
    errors: list[str] = []

    def note(error: KafkaError) -> None:
        if error.name() in {"_AUTHENTICATION", "_SSL"}:
            errors.append(error.name())

    client = AdminClient({**settings, "log_level": 0, "error_cb": note})
    asked = client.describe_cluster(request_timeout=20)
    deadline = time.monotonic() + 20
    while not errors and not asked.done() and time.monotonic() < deadline:
        client.poll(0.05)
    if errors:
        return errors[0]
    asked.result()
    return None


def produce(settings: Mapping[str, Any], topic: str, value: bytes = b"a line") -> str | None:
    """Write one record; None if it was acknowledged, else the error's name."""
    return send(Producer({**settings, "log_level": 0, "message.timeout.ms": 10_000}), topic, value)


def send(producer: Producer, topic: str, value: bytes = b"a line") -> str | None:
    """Write one record over a connection that stays open; None if it was acknowledged, else the error's name."""
    answers: list[str | None] = []
    producer.produce(topic, value, on_delivery=lambda error, _: answers.append(error and error.name()))
    producer.flush(20)
    return answers[0] if answers else "no answer in 20 s"


def consume(settings: Mapping[str, Any], topic: str, group: str) -> bytes | str:
    """Read the first record as a member of ``group``; its value, or the error's name."""
    consumer = Consumer({**settings, "log_level": 0, "group.id": group, "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([topic])
        message = consumer.poll(20)
        if message is None:
            return "nothing in 20 s"
        error = message.error()
        return str(error.name()) if error else bytes(message.value() or b"")
    finally:
        consumer.close()
