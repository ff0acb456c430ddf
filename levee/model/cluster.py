"""The Kafka cluster a stack lives on, and where secrets are kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Protocol(StrEnum):
    """How clients reach the brokers. PLAINTEXT and SASL_PLAINTEXT are left out on purpose."""

    SASL_SSL = "SASL_SSL"


class Mechanism(StrEnum):
    """How clients prove who they are."""

    SCRAM_SHA_512 = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretReference:
    """Where a secret is, never the secret: a file (0600, relative to the project) or an environment variable."""

    file: str | None = None
    environment: str | None = None

    def __str__(self) -> str:
        return f"file {self.file}" if self.file is not None else f"environment variable {self.environment}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """`ca_file` is a PEM file, relative to the project; None means the system's trusted authorities."""

    protocol: Protocol
    mechanism: Mechanism
    ca_file: str | None
    admin_username: str
    admin_password: SecretReference


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpec:
    """`id` is what the live cluster must answer (describe cluster); `brokers` bounds every replication factor."""

    id: str
    bootstrap: tuple[str, ...]
    brokers: int
    security: Security


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretStoreSpec:
    """Where the passwords that levee makes are kept. `directory` is relative to the project."""

    kind: str
    directory: str
