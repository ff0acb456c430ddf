"""Errors of a broker in one short line, and whether they pass by themselves."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from confluent_kafka import KafkaError, KafkaException

from levee_infra.providers.protocol.failures import FailedError

Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_TEXT: Final = 300

TRANSIENT: Final = frozenset(
    {
        "_TRANSPORT",
        "_DESTROY_BROKER",  # a broker left the metadata, for a moment or for good: the client lets its requests go
        "_TIMED_OUT",
        "_TIMED_OUT_QUEUE",
        "_WAIT_COORD",
        "_NODE_UPDATE",
        "REQUEST_TIMED_OUT",
        "NOT_CONTROLLER",
        "BROKER_NOT_AVAILABLE",
        "LEADER_NOT_AVAILABLE",
        "NOT_LEADER_FOR_PARTITION",
        "NETWORK_EXCEPTION",
        "COORDINATOR_LOAD_IN_PROGRESS",
        "COORDINATOR_NOT_AVAILABLE",
        "REBOOTSTRAP_REQUIRED",
        "THROTTLING_QUOTA_EXCEEDED",
    }
)
"""Errors that pass when a broker or controller has moved, by librdkafka's names."""

RETRY_SECONDS: Final = (0.1, 0.2, 0.4, 0.8, 1.6, 3.0, 3.0, 5.0, 5.0, 5.0, 5.0)
"""Pauses between tries while a broker or controller moves: half a minute in all."""

PATIENCE_SECONDS: Final = 60.0
"""No new try begins after this long: a try alone may take as long as one request is allowed to."""


class BrokerError(FailedError):
    """What a broker answered instead of doing what it was asked.

    ``code`` is the error's name in librdkafka, e.g. ``TOPIC_ALREADY_EXISTS``.
    """

    def __init__(self, code: str, message: str) -> None:
        text = trimmed(message)
        super().__init__(f"{code}: {text}" if text else code)
        self.code = code

    @property
    def transient(self) -> bool:
        """Whether the same request may succeed a moment later."""
        return self.code in TRANSIENT


def broker_error(error: BaseException) -> Exception:
    """Turn an error of the client library into one fit to show; others are returned as they are."""
    if isinstance(error, KafkaException) and error.args and isinstance(error.args[0], KafkaError):
        return BrokerError(error.args[0].name(), error.args[0].str())
    return error if isinstance(error, Exception) else FailedError(type(error).__name__)


def error_of(code: int, message: str | None) -> BrokerError | None:
    """Return the error for an error code inside a response; ``None`` for code 0."""
    return None if code == 0 else BrokerError(KafkaError(code).name(), message or KafkaError(code).str())


async def settled(
    items: Sequence[Item],
    attempt: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]],
) -> list[Result | Exception]:
    """Send one request for all items, then again for those whose error passes by itself.

    ``attempt`` must be safe to repeat: a request that timed out may have been carried out.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    results: dict[int, Result | Exception] = {}
    pending = list(range(len(items)))
    for pause in (*RETRY_SECONDS, None):
        outcomes = await attempt([items[index] for index in pending])
        results.update(zip(pending, outcomes, strict=True))
        pending = [index for index in pending if _is_transient(results[index])]
        if not pending or pause is None or time.monotonic() > deadline:
            break
        await asyncio.sleep(pause)
    return [results[index] for index in range(len(items))]


def trimmed(message: str) -> str:
    """Cut a broker's message to its first line, without the dumps of requests that some carry."""
    first = message.strip().split("\n", 1)[0]
    first = re.split(r"\bRequest\(|\bRequestContext|\bjava\.|\borg\.apache\.", first, maxsplit=1)[0]
    first = first.removeprefix("Broker: ").strip(" :,")
    return first if len(first) <= MAX_TEXT else first[: MAX_TEXT - 1] + "…"


def _is_transient(outcome: object) -> bool:
    return isinstance(outcome, BrokerError) and outcome.transient
