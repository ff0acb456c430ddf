"""What Kafka's errors mean for the carrier: stop and say what to do, or try the same again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from confluent_kafka import KafkaError

from levee.diagnostics import LeveeError

FENCED: Final = frozenset({"_FENCED", "PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH"})

_DECLARED: Final = "run `levee up` for the stack; `levee verify` shows what the service may do"
_LOGIN: Final = (
    "after a rotation start again with the stack's present files; otherwise `levee up` puts the credential right"
)
CONSEQUENCES: Final = frozenset(
    {"_PURGE_QUEUE", "_PURGE_INFLIGHT", "_INVALID_DIFFERENT_RECORD", "_INCONSISTENT", "_STATE"}
)
"""What librdkafka says of records, and of calls, that only share a transaction or a batch with what failed."""

HELP: Final[Mapping[str, str]] = {
    "TOPIC_AUTHORIZATION_FAILED": f"the service may not use the topic, or there is none; {_DECLARED}",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED": _DECLARED,
    "CLUSTER_AUTHORIZATION_FAILED": _DECLARED,
    "UNKNOWN_TOPIC_OR_PART": _DECLARED,
    "_UNKNOWN_TOPIC": _DECLARED,
    "_UNKNOWN_PARTITION": _DECLARED,
    "MSG_SIZE_TOO_LARGE": "raise `settings: {max.message.bytes: …}` of the stream and run `levee up`, then start again",
    "RECORD_LIST_TOO_LARGE": "raise `settings: {segment.bytes: …}` of the stream and run `levee up`, then start again",
    "INVALID_TIMESTAMP": "let the stream take times that are so long ago or so far ahead: `settings: "
    "{message.timestamp.before.max.ms: …, message.timestamp.after.max.ms: …}`, or leave both out, run `levee up`, then "
    "start again",
    "INVALID_RECORD": "see the brokers' log for what the topic refuses, correct its settings, then start again",
    "POLICY_VIOLATION": "see the brokers' log for which policy refuses, correct it, then start again",
    "INVALID_TRANSACTION_TIMEOUT": "let the brokers allow 60 s: `transaction.max.timeout.ms`",
    "UNSUPPORTED_VERSION": "the brokers are too old for transactions; levee needs Kafka 2.5 or later",
    "_UNSUPPORTED_FEATURE": "the brokers are too old for transactions; levee needs Kafka 2.5 or later",
    "SASL_AUTHENTICATION_FAILED": _LOGIN,
    "_AUTHENTICATION": _LOGIN,
}
"""Errors that last until somebody does something, by librdkafka's names for them, and what that is."""


class TryAgain(Exception):
    """Nothing was committed, and the same may succeed later; the text says why not now."""


class Left(Exception):
    """Asked to end, the carrier didn't wait longer for Kafka. The next carrier finds out what was committed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of Kafka's and its text, which holds names and addresses, never a record or a password."""

    name: str
    text: str

    @classmethod
    def of(cls, error: KafkaError) -> Failure:
        """Read librdkafka's."""
        return cls(str(error.name()), " ".join(str(error.str()).split()))

    @property
    def is_fencing(self) -> bool:
        """Whether another carrier has taken over."""
        return self.name in FENCED

    @property
    def is_consequence(self) -> bool:
        """Whether something else failed first."""
        return self.name in CONSEQUENCES

    @property
    def lasts(self) -> bool:
        """Whether it ends only when somebody does something."""
        return self.name in HELP

    @classmethod
    def telling(cls, failures: Sequence[Failure]) -> Failure:
        """The one of a transaction's failures that says what to do: one that lasts, or at least one of substance."""
        causes = [failure for failure in failures if not failure.is_consequence] or failures
        return next((failure for failure in causes if failure.lasts), causes[0])

    def final(self, doing: str) -> LeveeError:
        """The end of the run for a failure that lasts, or that nobody knows."""
        help_ = HELP.get(self.name, "start again: it goes on from its last checkpoint, and nothing is lost or doubled")
        return LeveeError(f"Kafka refused {doing}: {self}", help_)

    def __str__(self) -> str:
        return f"{self.text} ({self.name})"


def fenced(name: str) -> LeveeError:
    """Two carriers of one name: the older one ends. So does one that was halted in a transaction."""
    message = (
        f"this carrier of {name} has been fenced off: another one has been started, or this one was halted for longer "
        "than a minute; what it had not committed is void"
    )
    return LeveeError(message, "run one at a time; whichever runs goes on from the last checkpoint")
