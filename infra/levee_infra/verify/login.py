"""Who asks, and how a cluster is reached: always over TLS. Services by SCRAM, the administrator as the stack says."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from levee.loading.plain_file import UnreadableError, read_plain_text
from levee_infra.kafka.admin.connection import CONTACT_SECONDS, LARGEST_PEM, Connection
from levee_infra.kafka.admin.wire import tls_context
from levee_infra.kafka.login.contract import Sasl
from levee_infra.kafka.login.password import ByPassword
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.properties import Secret

MECHANISM: Final = "SCRAM-SHA-512"
UNDERSTOOD: Final = frozenset(
    {
        "bootstrap.servers",
        "security.protocol",
        "sasl.mechanism",
        "sasl.username",
        "sasl.password",
        "ssl.ca.location",
    }
)


class UnusableLogin(Exception):
    """Settings that no login can be made of; the text says why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `host:port`. Raises UnusableLogin."""
        host, _, port = text.strip().rpartition(":")
        if not host or not port.isdigit():
            raise UnusableLogin(f"{text!r} is no host:port")
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Login:
    """A user's way into a cluster. Neither a password nor the settings are in any representation of it.

    `sasl` None: by the client certificate of `tls`. `settings` are librdkafka's, exactly as the user's own file has
    them; empty for the administrator.
    """

    bootstrap: tuple[Address, ...]
    username: str
    sasl: Sasl | None = field(repr=False)
    tls: ssl.SSLContext = field(repr=False, compare=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    contact_seconds: float = CONTACT_SECONDS

    @classmethod
    def of_connection(cls, connection: Connection) -> Self:
        """The administrator's. Raises UnusableLogin."""
        try:
            tls = tls_context(connection)
        except FailedError as error:
            raise UnusableLogin(str(error)) from None
        return cls(
            bootstrap=tuple(Address.parse(server) for server in connection.bootstrap),
            username=str(connection.sasl or "the client certificate's user").removeprefix("User:"),
            sasl=connection.sasl,
            tls=tls,
            contact_seconds=connection.contact_seconds,
        )

    @classmethod
    def of_settings(cls, settings: Mapping[str, str]) -> Self:
        """A service's, of librdkafka's settings. Raises UnusableLogin for what a proof could not stand for."""
        if unknown := sorted(settings.keys() - UNDERSTOOD):
            raise UnusableLogin(f"it holds settings that levee doesn't write: {', '.join(unknown)}")
        if missing := sorted(UNDERSTOOD - {"ssl.ca.location"} - settings.keys()):
            raise UnusableLogin(f"it lacks {', '.join(missing)}")
        if (settings["security.protocol"], settings["sasl.mechanism"]) != ("SASL_SSL", MECHANISM):
            raise UnusableLogin(f"it logs in otherwise than by SASL_SSL with {MECHANISM}")
        return cls(
            bootstrap=tuple(map(Address.parse, settings["bootstrap.servers"].split(","))),
            username=settings["sasl.username"],
            sasl=ByPassword(MECHANISM, settings["sasl.username"], Secret(settings["sasl.password"])),
            tls=_trusting(settings.get("ssl.ca.location")),
            settings=settings,
        )

    def with_password(self, password: str) -> Self:
        """The same user with another password."""
        return replace(self, sasl=ByPassword(MECHANISM, self.username, Secret(password)), settings={})


def _trusting(ca_file: str | None) -> ssl.SSLContext:
    try:
        # A thousand credentials trust one file: it is read again only once it changed.
        return _context(ca_file, Path(ca_file).stat().st_mtime_ns if ca_file else 0)
    except (UnreadableError, OSError, ValueError) as error:
        reason = "it holds no certificate"
        if isinstance(error, UnreadableError):
            reason = error.message
        elif isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
            reason = str(error.strerror)
        raise UnusableLogin(f"its ssl.ca.location {ca_file} can't be read: {reason}") from None


@lru_cache(maxsize=16)
def _context(ca_file: str | None, _changed_ns: int) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=read_plain_text(Path(ca_file), LARGEST_PEM) if ca_file else None)
