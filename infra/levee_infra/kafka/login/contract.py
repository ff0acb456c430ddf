"""What a way to log in is to the two Kafka clients that levee asks with."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.fields import Fields

CORRECT: Final = "correct cluster.security.admin in stack.yaml, or what it names"
"""What to do about a login that was refused."""


class LoginRefusedError(FailedError):
    """The party that must know the login does not take it: the brokers, or who issues tokens."""


class Sasl(Protocol):
    """A SASL mechanism with what it needs. Secrets are in no representation of it."""

    @property
    def mechanism(self) -> str:
        """Kafka's name of it."""

    def __str__(self) -> str:
        """Who logs in."""

    def prepare(self) -> None:
        """Get what a login needs. May wait for a server; call it on a thread. Raises FailedError."""

    def renew(self) -> bool:
        """After a refusal by a broker: let go of what was got for logging in. Whether another try has anything new."""

    def librdkafka(self) -> Mapping[str, Any]:
        """Settings of confluent-kafka. Never show them."""

    def kafka_python(self) -> Mapping[str, Any]:
        """Arguments of kafka-python's clients and of its SASL exchanges. Never show them."""


@dataclass(frozen=True)
class Method:
    """How a provider's configuration names a way to log in.

    `properties` are those that not every way takes; `declared` writes a login of a stack's in the configuration's
    words, with paths below the project; `read` makes a SASL mechanism of them, or None where certificates alone decide.
    """

    mechanism: str | None
    properties: Collection[str]
    declared: Callable[[Any, Path], dict[str, Any]]
    read: Callable[[Fields], Sasl | None]
