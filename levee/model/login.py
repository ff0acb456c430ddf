"""How levee itself logs in to the brokers: a value for each way, which says where its secrets are and holds none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HASHES = ("SCRAM-SHA-512", "SCRAM-SHA-256")
"""Kafka's names of the two SCRAM mechanisms, the stronger first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretReference:
    """Where a secret is, never the secret: a file (0600, relative to the project) or an environment variable."""

    file: str | None = None
    environment: str | None = None

    def __str__(self) -> str:
        return f"file {self.file}" if self.file is not None else f"environment variable {self.environment}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scram:
    """A user and password that never cross the network (RFC 5802)."""

    mechanism: str
    username: str
    password: SecretReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A user and password, sent as they are over TLS (RFC 4616). IBM Event Streams: user `token`, an API key."""

    username: str
    password: SecretReference
    mechanism: str = "PLAIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """A token of an OIDC provider, by the grant `client_credentials`. `ca_file` is the authority of its endpoint.

    `principal` is who the brokers take the token's subject for; None: the stack doesn't say.
    """

    token_url: str
    client_id: str
    client_secret: SecretReference
    scope: str | None = None
    extensions: Mapping[str, str]
    ca_file: str | None = None
    principal: str | None = None
    mechanism: str = "OAUTHBEARER"


@dataclass(frozen=True, slots=True, kw_only=True)
class MskIam:
    """A request signed with the stack's AWS credentials, as Amazon MSK takes it for a token."""

    region: str
    credentials_file: str | None
    principal: str | None = None
    mechanism: str = "OAUTHBEARER"


IBM_TOKEN_PATH = "/identity/token"  # noqa: S105 - of an address
IBM_TOKEN_URL = f"https://iam.cloud.ibm.com{IBM_TOKEN_PATH}"
"""IBM Cloud's public token endpoint; the one inside its private network is at private.iam.cloud.ibm.com."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IbmIam:
    """An access token of IBM Cloud's IAM, got for an API key, as IBM Event Streams takes it."""

    api_key: SecretReference
    token_url: str = IBM_TOKEN_URL
    extensions: Mapping[str, str]
    ca_file: str | None = None
    principal: str | None = None
    mechanism: str = "OAUTHBEARER"


@dataclass(frozen=True, slots=True, kw_only=True)
class MutualTls:
    """A client certificate (PEM files). No SASL: the brokers know who it is by the certificate's subject."""

    certificate: str
    key: str
    key_password: SecretReference | None = None
    principal: str | None = None
    mechanism: None = None


Login = Scram | Plain | OAuth | MskIam | IbmIam | MutualTls


def user_of(login: Login) -> str | None:
    """By which name the brokers' ACLs know who logs in so; None: the stack doesn't say."""
    return login.username if isinstance(login, Scram | Plain) else login.principal
