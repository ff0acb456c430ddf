"""How to reach a Kafka cluster: the provider configuration of pulumi-kafka, as one validated value.

Property names, defaults and environment variables are those of the published schema (pulumi-kafka 3.13);
``ibm-iam``, ``mutual-tls``, ``saslOauthExtensions``, ``saslTokenCaCert``, ``KAFKA_BOOTSTRAP_SERVERS`` and what names
a file or a variable of a secret are ours.
"""

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from levee.loading.plain_file import MIB, UnreadableError, read_plain_text
from levee_infra.kafka.login.contract import Method, Sasl
from levee_infra.kafka.login.registry import METHODS, method_of
from levee_infra.kafka.login.secrets import SECRETS, read_secret, reason
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Properties, Secret, Value, reveal

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
        "saslAwsRoleArn",
        "saslAwsSecretKey",
        "saslAwsToken",
    }
)
"""Published, and refused: AWS credentials come from the file in saslAwsSharedConfigFiles, or from AWS's usual chain."""

_OF_METHODS: Final = {
    name: " or ".join(word for word, method in METHODS.items() if name in method.properties)
    for name in sorted({name for method in METHODS.values() for name in method.properties})
}
_REFERENCES: Final = frozenset(f"{name}{where}" for name in SECRETS for where in ("File", "Environment"))

PROPERTIES: Final = (
    frozenset((*ENVIRONMENT, *DEPRECATED, *_OF_METHODS, *_REFERENCES)) | UNSUPPORTED | {"timeout", "kafkaVersion"}
)

DEFAULT_TIMEOUT_SECONDS: Final = 120

CONTACT_SECONDS: Final = 7.0
"""How long a cluster may take to answer at all. With the start of a command that is an end within ten seconds."""

CONTACT_VARIABLE: Final = "LEVEE_CONTACT_SECONDS"
"""Of the environment: another number of seconds, for a cluster that is far away."""

LONGEST_CONTACT: Final = 600
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
    sasl: Sasl | None = None
    """``None``: no SASL."""
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    """The longest that one request may take."""
    contact_seconds: float = CONTACT_SECONDS
    """The longest that the first answer may take."""

    def __str__(self) -> str:
        who = self.sasl or "the client certificate's user"
        return f"{','.join(self.bootstrap)} as {who}"

    @property
    def security_protocol(self) -> str:
        """Kafka's name of the listener's protocol."""
        return ("SASL_" if self.sasl else "") + ("SSL" if self.tls else "PLAINTEXT")


def check_connection(config: Properties, environment: Mapping[str, str]) -> None:
    """Validate a configuration that may hold unknown values, without reading a file.

    Raises RefusedError with all that is wrong.
    """
    fields = _fields(config, environment)
    fields.only(PROPERTIES)
    for name in UNSUPPORTED:
        if config.get(name) is not None:
            hint = "name a credentials file in saslAwsSharedConfigFiles, or leave it to AWS's usual chain"
            fields.refuse(name, f"{name} is not supported; {hint}")
    servers = fields.texts("bootstrapServers", required=True)
    for server in known(servers) or []:
        if not is_address(server):
            fields.refuse("bootstrapServers", f"{server} is no host:port")
    word, method = _method(fields)
    for name, owner in _OF_METHODS.items():
        if fields.has(name) and (method is None or name not in method.properties):
            fields.refuse(name, f"{name} is for saslMechanism {owner}, not for {word}")
    fields.integer("timeout")
    for name in ("tlsEnabled", "skipTlsVerify"):
        fields.boolean(name)
    for secret in SECRETS:
        _check_secret(secret, fields, config, environment)
    fields.raise_problems()


def _check_secret(secret: str, fields: Fields, config: Properties, environment: Mapping[str, str]) -> None:
    variable = reveal(config.get(f"{secret}Environment"))
    if isinstance(variable, str) and not environment.get(variable):
        fields.refuse(f"{secret}Environment", f"the environment variable {variable} is not set")
    if config.get(secret) and config.get(f"{secret}File"):
        fields.refuse(f"{secret}File", f"{secret} is set too; keep one of them")


def read_connection(config: Properties, environment: Mapping[str, str]) -> Connection:
    """Build the connection from a configuration that is fully known, reading the files that it names.

    Raises RefusedError with all that is wrong, a missing or exposed file included.
    """
    check_connection(config, environment)
    fields = _fields(config, environment)
    _, method = _method(fields)
    sasl = method.read(fields) if method is not None else None
    key, passphrase = _pem(fields, "clientKey"), read_secret(fields, "clientKeyPassphrase")
    tls, skip = known(fields.boolean("tlsEnabled")), known(fields.boolean("skipTlsVerify"))
    return Connection(
        bootstrap=tuple(known(fields.texts("bootstrapServers")) or ()),
        tls=tls is not False,
        verify=skip is not True,
        ca=_pem(fields, "caCert"),
        certificate=_pem(fields, "clientCert"),
        key=Secret(key) if key else None,
        key_passphrase=passphrase,
        sasl=sasl,
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
    for secret in SECRETS:
        variable = reveal(complete.pop(f"{secret}Environment", None))
        if isinstance(variable, str) and environment.get(variable):
            complete[secret] = environment[variable]
    for old, name in DEPRECATED.items():
        if old in complete and name not in complete:
            complete[name] = complete[old]
    for name, ambient in ENVIRONMENT.items():
        # One way to give a secret is enough: the environment's does not join the configuration's.
        given = any(name.startswith(secret) and {secret, f"{secret}File"} & complete.keys() for secret in SECRETS)
        if name not in complete and not given and environment.get(ambient):
            complete[name] = environment[ambient]
    return Fields(complete, what="the Kafka provider configuration")


def is_address(server: str) -> bool:
    """Whether this is ``host:port``."""
    host, _, port = server.rpartition(":")
    return bool(host) and port.isdigit() and 0 < int(port) < 65536


def _method(fields: Fields) -> tuple[str, Method | None]:
    """How the configuration says to log in; None, and the problem noted, for a way that isn't known."""
    named = known(fields.text("saslMechanism")) or "plain"
    method = method_of(named)
    if method is None:
        fields.refuse("saslMechanism", f"{named} is not supported; it takes {', '.join(METHODS)}")
    return named, method


def _pem(fields: Fields, name: str) -> str | None:
    """Return PEM text, given as text or as the path of a file."""
    given = known(fields.text(name))
    if not given or "-----BEGIN " in given:
        return given
    path = Path(given)
    try:
        path = path.expanduser()
        text = read_plain_text(path, LARGEST_PEM)
        mode = path.stat().st_mode
    except (UnreadableError, OSError, RuntimeError) as error:
        place = str(path) if name != "clientKey" and _is_path(path, given) else "what is given"
        raise refused(name, f"{name} must be PEM text or a file of it; cannot read {place}: {reason(error)}") from None
    if name == "clientKey" and stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise refused(name, f"{path} can be read by others; run: chmod 600 {path}")
    if "-----BEGIN " not in text or not text.isascii():
        raise refused(name, f"{path} holds no PEM block")
    return text


def _is_path(path: Path, given: str) -> bool:
    """Whether this surely names a file, and so may be shown: text without its PEM header is taken for a path, too."""
    if len(given) >= _LONGEST_PATH or "\n" in given:
        return False
    return path.suffix in _PEM_SUFFIXES or (len(path.parts) > 1 and path.parent.is_dir())
