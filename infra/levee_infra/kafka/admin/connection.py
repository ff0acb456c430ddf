"""How to reach a Kafka cluster: the provider configuration of pulumi-kafka, as one validated value.

Property names, defaults and environment variables are those of the published schema (pulumi-kafka 3.13);
``saslPasswordFile`` and ``KAFKA_BOOTSTRAP_SERVERS`` are ours.
"""

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from levee.loading.plain_file import KIB, MIB, UnreadableError, read_plain_text
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Properties, Secret, Value, reveal

MECHANISMS: Final = {
    "plain": "PLAIN",
    "scram-sha256": "SCRAM-SHA-256",
    "scram-sha512": "SCRAM-SHA-512",
}
"""The published names of the SASL mechanisms, and Kafka's; the latter are taken too."""

ENVIRONMENT: Final = {
    "bootstrapServers": "KAFKA_BOOTSTRAP_SERVERS",
    "caCert": "KAFKA_CA_CERT",
    "clientCert": "KAFKA_CLIENT_CERT",
    "clientKey": "KAFKA_CLIENT_KEY",
    "clientKeyPassphrase": "KAFKA_CLIENT_KEY_PASSPHRASE",
    "saslMechanism": "KAFKA_SASL_MECHANISM",
    "saslUsername": "KAFKA_SASL_USERNAME",
    "saslPassword": "KAFKA_SASL_PASSWORD",
    "saslPasswordFile": "KAFKA_SASL_PASSWORD_FILE",
    "skipTlsVerify": "KAFKA_SKIP_VERIFY",
    "tlsEnabled": "KAFKA_ENABLE_TLS",
}
"""Where a property that is not configured is looked up."""

PASSWORD_VARIABLE: Final = "saslPasswordEnvironment"  # noqa: S105 - a property, no password
"""Names the variable of the provider's environment that holds the password; like saslPasswordFile, not published."""

DEPRECATED: Final = {
    "caCertFile": "caCert",
    "clientCertFile": "clientCert",
    "clientKeyFile": "clientKey",
}
"""Older names of the published schema, each with the property that replaced it."""

UNSUPPORTED: Final = frozenset(
    {
        "saslAwsAccessKey",
        "saslAwsContainerAuthorizationTokenFile",
        "saslAwsContainerCredentialsFullUri",
        "saslAwsCredsDebug",
        "saslAwsExternalId",
        "saslAwsProfile",
        "saslAwsRegion",
        "saslAwsRoleArn",
        "saslAwsSecretKey",
        "saslAwsSharedConfigFiles",
        "saslAwsToken",
        "saslOauthScopes",
        "saslTokenUrl",
    }
)
"""Published, and meaningless without the mechanisms aws-iam and oauthbearer."""

PROPERTIES: Final = frozenset(ENVIRONMENT) | frozenset(DEPRECATED) | UNSUPPORTED | {"timeout", "kafkaVersion"}

DEFAULT_TIMEOUT_SECONDS: Final = 120

CONTACT_SECONDS: Final = 7.0
"""How long a cluster may take to answer at all. With the start of a command that is an end within ten seconds."""

CONTACT_VARIABLE: Final = "LEVEE_CONTACT_SECONDS"
"""Of the environment: another number of seconds, for a cluster that is far away."""

LONGEST_CONTACT: Final = 600
LARGEST_PASSWORD: Final = 64 * KIB
LARGEST_PEM: Final = MIB
_PEM_SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".key"})
_LONGEST_PATH: Final = 500


@dataclass(frozen=True)
class Connection:
    """A cluster's address, and who asks. Passwords and keys are in no representation of it."""

    bootstrap: tuple[str, ...]
    """``host:port`` each."""
    tls: bool = True
    verify: bool = True
    ca: str | None = field(default=None, repr=False)
    """PEM text."""
    certificate: str | None = field(default=None, repr=False)
    """The client's own, PEM text."""
    key: Secret | None = None
    key_passphrase: Secret | None = None
    mechanism: str | None = None
    """Kafka's name, e.g. ``SCRAM-SHA-512``; ``None`` is no SASL."""
    username: str | None = None
    password: Secret | None = None
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    """The longest that one request may take."""
    contact_seconds: float = CONTACT_SECONDS
    """The longest that the first answer may take."""

    def __str__(self) -> str:
        who = f"User:{self.username}" if self.username else "the client certificate's user"
        return f"{','.join(self.bootstrap)} as {who}"

    @property
    def security_protocol(self) -> str:
        """Kafka's name of the listener's protocol."""
        return ("SASL_" if self.mechanism else "") + ("SSL" if self.tls else "PLAINTEXT")


def check_connection(config: Properties, environment: Mapping[str, str]) -> None:
    """Validate a configuration that may hold unknown values, without reading a file.

    Raises RefusedError with all that is wrong.
    """
    fields = _fields(config, environment)
    fields.only(PROPERTIES)
    for name in UNSUPPORTED:
        if config.get(name) is not None:
            fields.refuse(name, f"{name} is for saslMechanism aws-iam or oauthbearer, which are not supported here")
    servers = fields.texts("bootstrapServers", required=True)
    for server in known(servers) or []:
        if not _is_address(server):
            fields.refuse("bootstrapServers", f"{server} is no host:port")
    _mechanism(fields)
    fields.integer("timeout")
    for name in ("tlsEnabled", "skipTlsVerify"):
        fields.boolean(name)
    variable = reveal(config.get(PASSWORD_VARIABLE))
    if isinstance(variable, str) and not environment.get(variable):
        fields.refuse(PASSWORD_VARIABLE, f"the environment variable {variable} is not set")
    if config.get("saslPassword") and config.get("saslPasswordFile"):
        fields.refuse("saslPasswordFile", "saslPassword is set too; keep one of them")
    fields.raise_problems()


def read_connection(config: Properties, environment: Mapping[str, str]) -> Connection:
    """Build the connection from a configuration that is fully known, reading the files that it names.

    Raises RefusedError with all that is wrong, a missing or exposed file included.
    """
    check_connection(config, environment)
    fields = _fields(config, environment)
    username, password = known(fields.text("saslUsername")), _password(fields)
    with_sasl = username is not None or password is not None
    if with_sasl and (username is None or password is None):
        raise refused("saslUsername", "saslUsername needs saslPassword or saslPasswordFile, and they need it")
    key, passphrase = _pem(fields, "clientKey"), known(fields.text("clientKeyPassphrase"))
    tls, skip = known(fields.boolean("tlsEnabled")), known(fields.boolean("skipTlsVerify"))
    return Connection(
        bootstrap=tuple(known(fields.texts("bootstrapServers")) or ()),
        tls=tls is not False,
        verify=skip is not True,
        ca=_pem(fields, "caCert"),
        certificate=_pem(fields, "clientCert"),
        key=Secret(key) if key else None,
        key_passphrase=Secret(passphrase) if passphrase else None,
        mechanism=_mechanism(fields) if with_sasl else None,
        username=username,
        password=password,
        timeout_seconds=known(fields.integer("timeout")) or DEFAULT_TIMEOUT_SECONDS,
        contact_seconds=_contact_seconds(environment),
    )


def _contact_seconds(environment: Mapping[str, str]) -> float:
    text = environment.get(CONTACT_VARIABLE, "")
    if not text:
        return CONTACT_SECONDS
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LONGEST_CONTACT):
        raise refused(CONTACT_VARIABLE, f"{CONTACT_VARIABLE} must be whole seconds, 1 to {LONGEST_CONTACT}")
    return float(text)


def _fields(config: Properties, environment: Mapping[str, str]) -> Fields:
    """Complete the configuration from deprecated names, then from the environment."""
    complete: dict[str, Value] = {key: value for key, value in config.items() if reveal(value) not in (None, "")}
    variable = reveal(complete.pop(PASSWORD_VARIABLE, None))
    if isinstance(variable, str) and environment.get(variable):
        complete["saslPassword"] = environment[variable]
    for old, name in DEPRECATED.items():
        if old in complete and name not in complete:
            complete[name] = complete[old]
    for name, ambient in ENVIRONMENT.items():
        # One way to give the password is enough: the environment's does not join the configuration's.
        has_password = name.startswith("saslPassword") and {"saslPassword", "saslPasswordFile"} & complete.keys()
        if name not in complete and not has_password and environment.get(ambient):
            complete[name] = environment[ambient]
    return Fields(complete, what="the Kafka provider configuration")


def _is_address(server: str) -> bool:
    host, _, port = server.rpartition(":")
    return bool(host) and port.isdigit() and 0 < int(port) < 65536


def _mechanism(fields: Fields) -> str | None:
    named = known(fields.text("saslMechanism")) or "plain"
    mechanism = MECHANISMS.get(named.lower(), named.upper())
    if mechanism not in MECHANISMS.values():
        fields.refuse("saslMechanism", f"{named} is not supported; it takes {', '.join(MECHANISMS)}")
    return mechanism


def _password(fields: Fields) -> Secret | None:
    if inline := known(fields.text("saslPassword")):
        return Secret(inline)
    if not (named := known(fields.text("saslPasswordFile"))):
        return None
    path = Path(named)
    try:
        path = path.expanduser()
        text = read_plain_text(path, LARGEST_PASSWORD).rstrip("\r\n")
        mode = path.stat().st_mode
    except (UnreadableError, OSError, RuntimeError) as error:
        raise refused("saslPasswordFile", f"cannot read {path}: {_reason(error)}") from None
    if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise refused("saslPasswordFile", f"{path} can be read by others; run: chmod 600 {path}")
    if not text:
        raise refused("saslPasswordFile", f"{path} is empty")
    return Secret(text)


def _pem(fields: Fields, name: str) -> str | None:
    """Return PEM text, given as text or as the path of a file."""
    given = known(fields.text(name))
    if not given or "-----BEGIN " in given:
        return given
    path = Path(given)
    try:
        path = path.expanduser()
        text = read_plain_text(path, LARGEST_PEM)
    except (UnreadableError, OSError, RuntimeError) as error:
        place = str(path) if name != "clientKey" and _is_path(path, given) else "what is given"
        raise refused(name, f"{name} must be PEM text or a file of it; cannot read {place}: {_reason(error)}") from None
    if "-----BEGIN " not in text or not text.isascii():
        raise refused(name, f"{path} holds no PEM block")
    return text


def _is_path(path: Path, given: str) -> bool:
    """Whether this surely names a file, and so may be shown: text without its PEM header is taken for a path, too."""
    if len(given) >= _LONGEST_PATH or "\n" in given:
        return False
    return path.suffix in _PEM_SUFFIXES or (len(path.parts) > 1 and path.parent.is_dir())


def _reason(error: Exception) -> str:
    match error:
        case UnreadableError():
            return f"{error.message}; {error.hint}"
        case OSError():
            return error.strerror or "unreadable"
    return "its ~ leads to no home folder"
