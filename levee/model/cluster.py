"""The Kafka cluster a stack lives on, and where secrets are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from levee.model.login import Login
from levee.model.origin import Origin


class Protocol(StrEnum):
    """How clients reach the brokers. PLAINTEXT and SASL_PLAINTEXT are left out on purpose."""

    SASL_SSL = "SASL_SSL"


class ClientTraffic(StrEnum):
    """What the brokers accept from clients (the words of Amazon MSK's ClientBroker)."""

    TLS = "tls"
    TLS_OR_PLAINTEXT = "tls-or-plaintext"
    PLAINTEXT = "plaintext"


class Metrics(StrEnum):
    """How finely the brokers are measured (the levels of Amazon MSK's EnhancedMonitoring), coarsest first."""

    CLUSTER = "per-cluster"
    BROKER = "per-broker"
    TOPIC = "per-topic-per-broker"
    PARTITION = "per-topic-per-partition"


class Mechanism(StrEnum):
    """How services prove who they are."""

    SCRAM_SHA_512 = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """`mechanism` is how services log in whose users levee makes (None: it makes none), `admin` how levee itself does.

    `ca_file` is a PEM file, relative to the project; None means the system's trusted authorities. `admin_bootstrap`
    are the brokers' addresses for levee, where its login has a listener of its own; empty: those of the cluster.
    """

    protocol: Protocol
    mechanism: Mechanism | None
    ca_file: str | None
    admin: Login
    admin_bootstrap: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another account that reaches the brokers: by a VPC connection, an endpoint, a cluster policy."""

    name: str
    account: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSpec:
    """Who can reach the brokers at all. `boundary` says in words what stands between them and everybody else.

    None: the stack doesn't say, which rules take for unknown.
    """

    public: bool | None
    unauthenticated: bool | None
    boundary: str | None
    peers: tuple[Peer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionSpec:
    """`key` (an ARN or CRN) encrypts what the brokers store, `replicas` are its copies in other regions.

    None: the stack doesn't say, which rules take for unknown.
    """

    clients: ClientTraffic | None
    between_brokers: bool | None
    key: str | None
    replicas: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySpec:
    """Whom the cluster's resource policy lets in: one organization, or accounts by name."""

    organization: str | None
    accounts: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSink:
    """Where the brokers' and the authorizer's own logs go. The place's None: the stack's own account or region."""

    name: str
    destination: str
    account: str | None
    region: str | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A replicator, a MirrorMaker or a cluster link: to where the cluster's records are copied."""

    name: str
    account: str | None
    region: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpec:
    """`id` is what the live cluster must answer (describe cluster); `brokers` bounds every replication factor.

    `settings` are broker settings that the cluster is run with, `metrics` how finely it is measured (None: unsaid).
    """

    id: str
    bootstrap: tuple[str, ...]
    brokers: int
    security: Security
    settings: Mapping[str, str]
    network: NetworkSpec
    encryption: EncryptionSpec
    policy: PolicySpec | None
    logs: tuple[LogSink, ...]
    metrics: Metrics | None
    links: tuple[Link, ...]

    @property
    def admin_bootstrap(self) -> tuple[str, ...]:
        """Where levee itself reaches the brokers."""
        return self.security.admin_bootstrap or self.bootstrap


AWS_SECRETS_MANAGER: Final = "aws-secrets-manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretStoreSpec:
    """Where the passwords that levee makes are kept.

    `directory`, relative to the project, is of a file store (empty otherwise); `prefix` (of a secret's name) and `key`
    (an ARN or CRN that encrypts it) of a cloud's.
    """

    kind: str
    directory: str = ""
    prefix: str | None = None
    key: str | None = None

    @property
    def in_aws(self) -> bool:
        """Whether AWS Secrets Manager keeps them."""
        return self.kind == AWS_SECRETS_MANAGER
