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

from levee.diagnostics import LeveeError
from levee_infra.carrier.envelope import Event
from levee_infra.carrier.portion import CarriedRecord, Portion
from levee_infra.carrier.route import Route
from levee_infra.carrier.transaction.client import producer_settings, silent
from levee_infra.carrier.transaction.failure import Failure, Left, TryAgain, fenced
from levee_infra.carrier.transaction.limits import Limits

STEP_S: Final = 2.0
"""For so long one call waits for Kafka before it is looked whether to go on."""

GRACE_S: Final = 10.0
"""For so long a carrier that was asked to end waits for Kafka."""

SAY_EVERY_S: Final = 10.0
TOO_LARGE: Final = "MSG_SIZE_TOO_LARGE"

Step = Callable[[float], None]


class Transactions:
    """One producer's. All but `leave` is called from one thread, and blocks it. `say` is given lines for people."""

    def __init__(self, route: Route, login: Mapping[str, str], limits: Limits, say: Callable[[str], None]) -> None:
        self._route, self._limits = route, limits
        self._say = say
        self._said = time.monotonic()
        self._leaving_since: float | None = None
        self._lock = threading.Lock()
        self._undelivered: dict[str, Failure] = {}
        self._largest_refused = b""
        self._broken: Failure | None = None
        self._login: Failure | None = None
        settings = producer_settings(login, route.name, limits, self._note)
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
        self._undelivered, self._largest_refused = {}, b""
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

    def is_leaving(self) -> bool:
        """Whether the carrier was asked to end. From any thread."""
        return self._leaving_since is not None

    def _put(self, portion: Portion) -> None:
        for record in portion.records:
            for event in record.events:
                self._put_event(record, event)
        self._produce(self._route.checkpoints, key=portion.key, value=portion.value, partition=0)

    def _put_event(self, record: CarriedRecord, event: Event) -> None:
        """A time that the topic may refuse becomes the arrival's: CloudWatch Logs takes those of two hours ahead."""
        of_event = (("aws.log_stream", event.log_stream.encode()), ("aws.event_id", event.id.encode()))
        headers = [*self._route.headers, *of_event]
        timestamp = event.timestamp
        if timestamp > record.arrival + self._limits.ahead_ms:
            headers.append(("aws.timestamp", str(timestamp).encode()))
            timestamp = record.arrival
        key = event.log_stream.encode()
        self._produce(self._route.topic, key=key, value=event.message, timestamp=timestamp, headers=headers)

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
        doing = f"events for {self._route.topic}, or their checkpoints"
        if error.fatal():
            raise self._end(error, doing)
        broke = Failure.of(self._what_broke(error))
        worse = self._abort()
        failure = Failure.telling([*self._undelivered.values(), broke])
        if worse is not None and (self._failure(worse).is_fencing or not failure.lasts):
            raise self._end(worse, doing)
        if failure.name == TOO_LARGE and (place := self._place_of_too_large(portions)):
            raise _too_large(failure, place)
        if failure.lasts:
            raise failure.final(doing)
        raise TryAgain(str(failure))

    def _abort(self) -> KafkaError | None:
        """Void the transaction, which brings the reports of all that wasn't delivered. Returns how that was
        refused: as brokers refuse it that have let nothing into the transaction.
        """
        try:
            self._finish(self._producer.abort_transaction)
        except KafkaException as refused:
            return refused.args[0]
        return None

    def _what_broke(self, error: KafkaError) -> KafkaError:
        """In a transaction that broke while it was written, records are refused because it did: librdkafka tells why
        the caller that would begin another.
        """
        if error.code() == KafkaError._STATE:  # noqa: SLF001 - its public name
            try:
                self._producer.begin_transaction()
            except KafkaException as why:
                return why.args[0]
        return error

    def _place_of_too_large(self, portions: Sequence[Portion]) -> str | None:
        """The record that holds the event that was refused; None where many were, in one batch."""
        if len(self._largest_refused) <= self._limits.batch_bytes:
            return None
        for portion in portions:
            for record in portion.records:
                if any(event.message == self._largest_refused for event in record.events):
                    return f"{portion.key.decode()}:{record.sequence}"
        return None

    def _end(self, error: KafkaError, doing: str) -> LeveeError:
        """The end of the run."""
        failure = self._failure(error)
        return fenced(self._route.name) if failure.is_fencing else failure.final(doing)

    def _failure(self, error: KafkaError) -> Failure:
        """An error, or where the producer itself is broken what broke it first."""
        return self._broken or Failure.of(error)

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            return
        failure = Failure.of(error)
        self._undelivered.setdefault(failure.name, failure)
        if failure.name == TOO_LARGE:
            self._largest_refused = max(self._largest_refused, message.value() or b"", key=len)

    def _note(self, error: KafkaError) -> None:
        failure = Failure.of(error)
        if error.fatal():
            self._broken = self._broken or failure
        elif failure.name == "_AUTHENTICATION":
            self._login = failure


def _too_large(failure: Failure, place: str) -> LeveeError:
    message = f"an event in record {place} of the data stream is larger than the topic takes: {failure}"
    return LeveeError(message, f"{failure.final('').help}; or pass the whole record with --skip {place}")
