"""The logins of services, from where the services themselves have them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.verify.client_file import kept_credentials, read_login
from levee_infra.verify.login import Login


class KeptLogins(Protocol):
    """What a store keeps of a stack's services."""

    async def login(self, username: str) -> Login:
        """A user's login. Raises UnusableLogin saying where it should be and what is wrong."""

    async def names(self) -> Sequence[CredentialName]:
        """Every credential that something is kept of, whether it should or not. Raises UnusableLogin."""


class FileLogins:
    """Those of a file store."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @classmethod
    def of(cls, store: Mapping[str, Any]) -> Self:
        """Of the input `secretStore` for a directory."""
        return cls(Path(store["directory"]))

    async def login(self, username: str) -> Login:
        """Read the user's file."""
        return await asyncio.to_thread(read_login, self._directory, username)

    async def names(self) -> Sequence[CredentialName]:
        """List the files."""
        return list(kept_credentials(self._directory))
