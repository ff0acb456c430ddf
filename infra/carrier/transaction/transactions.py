"""Portions on the topic, each transaction whole or not at all.

https://kafka.apache.org/documentation/#semantics, and for what errors ask of a program:
https://docs.confluent.io/platform/current/clients/librdkafka/html/md_INTRODUCTION.html (transactional producer).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from infra.carrier.envelope import Event
from infra.carrier.portion import CarriedRecord, Portion
from infra.carrier.route import Route
from infra.carrier.transaction.client import producer_settings, silent
from infra.carrier.transaction.failure import FENCED, Failure, Left, TryAgain, fenced
from levee.diagnostics import LeveeError

STEP_S: Final = 2.0
"""For so long one call waits for Kafka before it is looked whether to go on."""

GRACE_S: Final = 10.0
"""For so long a carrier that was asked to end waits for Kafka."""

SAY_EVERY_S: Final = 10.0
AHEAD_MS: Final = 30 * 60 * 1000
"""Brokers refuse timestamps an hour ahead (message.timestamp.after.max.ms), CloudWatch Logs those two hours ahead. An
event's that is more than this ahead of its arrival becomes the arrival's, and stands in the header `aws.timestamp`.
"""

_TOO_LARGE: Final = "MSG_SIZE_TOO_LARGE"

Step = Callable[[float], None]


class Transactions:
    """One producer's. All but `leave` is called from one thread, and blocks it. `say` is given lines for people."""

    def __init__(
        self, route: Route, login: Mapping[str, str], largest_batch: int | None, say: Callable[[str], None]
    ) -> None:
        self._route = route
        self._say = say
        self._said = time.monotonic()
        self._leaving_since: float | None = None
        self._lock = threading.Lock()
        self._undelivered: tuple[Failure, bytes | None] | None = None
        self._broken: Failure | None = None
        self._login: Failure | None = None
        settings = producer_settings(login, route.name, largest_batch, self._note)
        try:
            self._producer = Producer(settings, on_delivery=self._delivered, logger=silent())
        except KafkaException as error:
            raise Failure.of(error.args[0]).final("the producer's settings") from None

    def open(self) -> None:
        """Take the carrier's name over: an older carrier can commit nothing from now on, what it left open is void.

        Raises LeveeError, Left.
        """
        try:
            self._finish(self._producer.init_transactions)
        except KafkaException as error:
            raise self._end(error.args[0], f"transactions of {self._route.name}") from None

    def write(self, portions: Sequence[Portion]) -> None:
        """Commit these portions. Raises TryAgain where nothing was committed, LeveeError or Left to end the run."""
        self._undelivered = None
        try:
            self._producer.begin_transaction()
            for portion in portions:
                self._put(portion)
            self._finish(self._producer.commit_transaction)
        except KafkaException as error:
            self._undo(error.args[0], portions)

    def leave(self) -> None:
        """Don't wait for Kafka much longer. From any thread."""
        with self._lock:
            self._leaving_since = self._leaving_since or time.monotonic()

    def _put(self, portion: Portion) -> None:
        for record in portion.records:
            for event in record.events:
                self._put_event(record, event)
        self._produce(self._route.checkpoints, key=portion.key, value=portion.value, partition=0)

    def _put_event(self, record: CarriedRecord, event: Event) -> None:
        of_event = (("aws.log_stream", event.log_stream.encode()), ("aws.event_id", event.id.encode()))
        headers = [*self._route.headers, *of_event]
        timestamp = event.timestamp
        if timestamp > record.arrival + AHEAD_MS:
            headers.append(("aws.timestamp", str(timestamp).encode()))
            timestamp = record.arrival
        try:
            self._produce(
                self._route.topic,
                key=event.log_stream.encode(),
                value=event.message,
                timestamp=timestamp,
                headers=headers,
            )
        except KafkaException as error:
            self._undelivered = self._undelivered or (Failure.of(error.args[0]), event.message)
            raise

    def _produce(self, topic: str, **record: Any) -> None:
        while True:
            try:
                self._producer.produce(topic, **record)
            except BufferError:  # what librdkafka holds is on its way
                self._producer.poll(0.1)
                self._go_on(None)
            else:
                return

    def _finish(self, step: Step) -> None:
        """Do a step until it is done: cut off by time, it is taken up where it stands. Raises KafkaException."""
        while True:
            try:
                step(STEP_S)
            except KafkaException as failed:
                error = failed.args[0]
                if error.fatal() or error.txn_requires_abort() or not error.retriable():
                    raise
                self._producer.poll(0)
                self._go_on(error)
            else:
                self._login = None
                return

    def _go_on(self, error: KafkaError | None) -> None:
        """Look whether to wait on. Raises LeveeError where no wait will help, Left where there is no more time."""
        if self._login is not None:
            raise self._login.final(f"the login of {self._route.username}")
        if self._leaving_since is not None and time.monotonic() > self._leaving_since + GRACE_S:
            raise Left
        if error is not None and time.monotonic() > self._said + SAY_EVERY_S:
            self._said = time.monotonic()
            self._say(f"warning: Kafka doesn't answer yet: {Failure.of(error)}; trying on")

    def _undo(self, error: KafkaError, portions: Sequence[Portion]) -> NoReturn:
        """Void the transaction and say what now."""
        doing = f"events for {self._route.topic}"
        failure, value = self._undelivered or (Failure.of(error), None)
        if error.fatal():
            raise self._end(error, doing)
        try:
            self._finish(self._producer.abort_transaction)
        except KafkaException as worse:
            raise self._end(worse.args[0], doing) from None
        if failure.name == _TOO_LARGE:
            raise _too_large(failure, portions, value)
        if failure.lasts:
            raise failure.final(doing)
        raise TryAgain(str(failure))

    def _end(self, error: KafkaError, doing: str) -> LeveeError:
        """The end of the run; where the producer itself is broken, by what broke it first."""
        failure = self._broken or Failure.of(error)
        return fenced(self._route.name) if failure.name in FENCED else failure.final(doing)

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None and self._undelivered is None:
            self._undelivered = Failure.of(error), message.value()

    def _note(self, error: KafkaError) -> None:
        failure = Failure.of(error)
        if error.fatal():
            self._broken = self._broken or failure
        elif failure.name == "_AUTHENTICATION":
            self._login = failure


def _too_large(failure: Failure, portions: Sequence[Portion], value: bytes | None) -> LeveeError:
    """Say which record holds the event that the topic doesn't take: the one with this message."""
    for portion in portions:
        for record in portion.records:
            if value in {event.message for event in record.events}:
                place = f"{portion.key.decode()}:{record.sequence}"
                message = f"an event in record {place} of the data stream is larger than the topic takes: {failure}"
                return LeveeError(message, f"{failure.final('').help}; or pass the whole record with --skip {place}")
    return failure.final("a checkpoint")
