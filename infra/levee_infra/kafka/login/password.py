"""A user and a password: SCRAM, or PLAIN."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from levee.model.login import Plain, Scram
from levee_infra.kafka.login.contract import Method
from levee_infra.kafka.login.secrets import read_secret, referred
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Secret


@dataclass(frozen=True)
class ByPassword:
    """A user with a password."""

    mechanism: str
    username: str
    password: Secret

    def __str__(self) -> str:
        return f"User:{self.username}"

    def prepare(self) -> None:
        """Nothing is needed."""

    def renew(self) -> bool:
        """There is no other password."""
        return False

    def librdkafka(self) -> Mapping[str, Any]:
        """The user and the password."""
        return {"sasl.username": self.username, "sasl.password": self.password.value}

    def kafka_python(self) -> Mapping[str, Any]:
        """The user and the password."""
        return {"sasl_plain_username": self.username, "sasl_plain_password": self.password.value}


def by_password(word: str, mechanism: str) -> Method:
    """The method of a mechanism; `word` is the published name of it."""

    def declared(login: Scram | Plain, project: Path) -> dict[str, Any]:
        reference = referred("saslPassword", login.password, project)
        return {"saslMechanism": word, "saslUsername": login.username, **reference}

    def read(fields: Fields) -> ByPassword | None:
        username, password = known(fields.text("saslUsername")), read_secret(fields, "saslPassword")
        if username is None and password is None:
            return None
        if username is None or password is None:
            raise refused("saslUsername", "saslUsername needs saslPassword or saslPasswordFile, and they need it")
        return ByPassword(mechanism, username, password)

    return Method(mechanism, (), declared, read)
