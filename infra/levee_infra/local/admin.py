"""The first administrator: a SCRAM-SHA-512 user that exists from the moment the storage is formatted."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from levee.loading.plain_file import MIB, UnreadableError, read_plain_text
from levee_infra.local.failure import LocalClusterError
from levee_infra.local.private_file import write_private

USERNAME = "admin"
ITERATIONS = 8192
"""PBKDF2 rounds of its stored credential; Kafka takes from 4096."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """The administrator's files in `folder`. The password is read when it is used and never kept."""

    folder: Path

    @property
    def password_file(self) -> Path:
        """Holds the password alone, without a line end."""
        return self.folder / "password"

    @property
    def client_settings(self) -> Path:
        """Ready settings for a librdkafka client, as `kcat -F` takes them."""
        return self.folder / "client.properties"

    @property
    def known(self) -> bool:
        """Whether the password file is there."""
        return self.password_file.is_file()

    def password(self) -> str:
        """The password in clear: for a connection only."""
        try:
            return read_plain_text(self.password_file, MIB)
        except UnreadableError as error:
            raise LocalClusterError(f"{self.password_file}: {error.message}", error.hint) from None

    def create(self) -> None:
        """Draw a password of 256 random bits and keep it."""
        write_private(self.password_file, secrets.token_urlsafe(32))

    def client(self, bootstrap: str, ca: Path) -> dict[str, str]:
        """librdkafka settings to act as the administrator at `bootstrap`. They hold the password."""
        return {
            "bootstrap.servers": bootstrap,
            "security.protocol": "SASL_SSL",
            "sasl.mechanisms": "SCRAM-SHA-512",
            "sasl.username": USERNAME,
            "sasl.password": self.password(),
            "ssl.ca.location": str(ca),
        }

    def write_client_settings(self, bootstrap: str, ca: Path) -> None:
        """Write `client_settings` for the cluster at `bootstrap`."""
        lines = (f"{key}={value}\n" for key, value in self.client(bootstrap, ca).items())
        write_private(self.client_settings, "".join(lines))

    def format_arguments(self) -> str:
        """Lines for the storage tool's argument file. They hold the salted password, as good as the password itself:
        a client can sign in with it (RFC 5802 section 3), so they too belong in a private file only.
        """
        salt = os.urandom(16)
        salted = hashlib.pbkdf2_hmac("sha512", self.password().encode(), salt, ITERATIONS)
        fields = f'name={USERNAME},iterations={ITERATIONS},salt="{_base64(salt)}",saltedpassword="{_base64(salted)}"'
        return f"--add-scram\nSCRAM-SHA-512=[{fields}]\n"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
