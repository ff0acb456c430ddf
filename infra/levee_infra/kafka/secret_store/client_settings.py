"""Ready client settings, in the two dialects of Kafka clients.

Neither dialect's clients can read the other's file. librdkafka refuses ``sasl.jaas.config`` and
``ssl.truststore.*``; Java clients cannot log in without them. Sources: librdkafka's CONFIGURATION.md, and
https://kafka.apache.org/documentation/#security_sasl_jaas_client, #adminclientconfigs_ssl.truststore.type
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from levee_infra.kafka.credential.password import Password

SCRAM: Final = "SCRAM-SHA-512"
PLAIN: Final = "PLAIN"
_JAVA_MODULES: Final = {SCRAM: "scram.ScramLoginModule", PLAIN: "plain.PlainLoginModule"}
_MADE: Final = re.compile(r"^# password made on (\d{4}-\d{2}-\d{2})$", re.ASCII | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ClientConnection:
    """How clients reach the cluster: always over TLS. ``ca`` is PEM text; None trusts the certificate
    authorities of the client's machine. ``user`` is what all of them log in as, where the password alone says who each
    is; None: each as the user of its credential.
    """

    bootstrap_servers: tuple[str, ...]
    ca: str | None
    mechanism: str = SCRAM
    user: str | None = None

    def login(self, username: str) -> str:
        """The user that a credential logs in as."""
        return self.user or username


def librdkafka_settings(
    connection: ClientConnection, ca_path: str | None, username: str, password: Password
) -> dict[str, str]:
    """Settings for librdkafka and what wraps it: confluent-kafka, kcat, rsyslog, syslog-ng."""
    settings = {
        **_shared(connection),
        "sasl.username": connection.login(username),
        "sasl.password": password.reveal(),
    }
    if ca_path is not None:
        settings["ssl.ca.location"] = ca_path
    return settings


def java_settings(
    connection: ClientConnection, ca_path: str | None, username: str, password: Password
) -> dict[str, str]:
    """Settings for Java clients: the console tools, Kafka Connect, Kafka Streams."""
    module = f"org.apache.kafka.common.security.{_JAVA_MODULES[connection.mechanism]}"
    user = connection.login(username)
    settings = {
        **_shared(connection),
        "sasl.jaas.config": f'{module} required username="{user}" password="{password.reveal()}";',
    }
    if ca_path is not None:
        settings["ssl.truststore.type"] = "PEM"
        settings["ssl.truststore.location"] = ca_path
    return settings


def _shared(connection: ClientConnection) -> dict[str, str]:
    return {
        "bootstrap.servers": ",".join(connection.bootstrap_servers),
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": connection.mechanism,
    }


def write_made(made: date | None) -> str:
    """Note, as a comment, the day (UTC) on which the password was made; nothing where that is unknown."""
    return "" if made is None else f"# password made on {made.isoformat()}\n"


def read_made(text: str) -> date | None:
    """Read what :func:`write_made` wrote; None where there is no such note, or it names no day."""
    found = _MADE.search(text)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def write_librdkafka(settings: Mapping[str, str]) -> str:
    """Write ``name=value`` lines, the form that librdkafka's own tools read; nothing is escaped."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def read_librdkafka(text: str) -> dict[str, str]:
    """Read what :func:`write_librdkafka` wrote. Raises ValueError, without quoting the text, if it isn't
    that.
    """
    settings: dict[str, str] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or name in settings:
            raise ValueError("not client settings")
        settings[name] = value
    return settings


def write_java(settings: Mapping[str, str]) -> str:
    """Write a file for ``java.util.Properties.load``, which reads ISO 8859-1 with backslash escapes."""
    return "".join(f"{name}={_java_escaped(value)}\n" for name, value in settings.items())


def _java_escaped(value: str) -> str:
    value = value.replace("\\", "\\\\")
    units = value.encode("utf-16-be")
    codes = [int.from_bytes(units[index : index + 2], "big") for index in range(0, len(units), 2)]
    return "".join(chr(code) if 0x20 <= code < 0x7F else f"\\u{code:04x}" for code in codes)
