"""What a secret store does for ServiceCredential.

A new kind is one module with a StoreLocation and a SecretStore, and a line in
:mod:`levee_infra.targets.registry`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Protocol

from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.password import Password
from levee_infra.kafka.secret_store.client_settings import ClientConnection
from levee_infra.providers.protocol.batching import Pace
from levee_infra.providers.protocol.fields import Fields


class Fit(Enum):
    """How kept client settings compare with the ones that would be written now."""

    CURRENT = "current"
    OUTDATED = "outdated"
    """The same cluster, but for instance with another CA file or one more bootstrap server."""
    ELSEWHERE = "elsewhere"
    """No bootstrap server in common: most likely the credential of another cluster."""


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """A password in a store. ``reference`` says where (``file:/…``), and may stand in a state or a log; so may
    ``version``, another one for each time that it is written, where the store tells. ``made`` is the day (UTC) on which
    the password was made, None where nobody noted it.
    """

    reference: str
    password: Password = field(repr=False)
    fit: Fit
    version: str | None = None
    made: date | None = None


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A password to keep, and the day (UTC) on which it was made, None where that is unknown."""

    name: CredentialName
    password: Password = field(repr=False)
    made: date | None = None


class SecretStore(Protocol):
    """Keeps one secret for each generation of each service. Methods take many, answer in their order, and
    give each its own failure: an exception in the answer is that item's.

    Failures are RefusedError where the store isn't safe to use (a file that others can read), FailedError
    where it can't be reached or written. No text of theirs holds a password.
    """

    pace: Pace
    """How long look-ups wait for each other."""

    async def find(self, names: Sequence[CredentialName]) -> Sequence[KeptSecret | Exception | None]:
        """Look secrets up; None for one that isn't kept."""

    async def keep(self, secrets: Sequence[NewSecret]) -> Sequence[KeptSecret | Exception]:
        """Write secrets durably, over what is there, and answer them as they are kept. When this returns, a power
        cut loses none of them.
        """

    async def forget(self, names: Sequence[CredentialName]) -> Sequence[Exception | None]:
        """Destroy secrets; one that isn't kept is fine."""

    async def worth_finding(self) -> Sequence[CredentialName]:
        """Names of secrets that are best looked up along with others: none where a look-up costs nothing."""

    async def close(self) -> None:
        """Let go of what the store holds open."""


class StoreLocation(Protocol):
    """Where a store is, as ``secretStore`` declares it. Hashable; equal locations are one store."""

    def __hash__(self) -> int: ...

    async def probe(self) -> None:
        """Look whether the store could be used, and change nothing. Raises RefusedError if not."""

    def reference(self, name: CredentialName) -> str | None:
        """Say where the secret of ``name`` will be, or None for a store that decides when it keeps it."""

    def open(self, connection: ClientConnection) -> SecretStore:
        """Return the store; what it keeps connects clients through ``connection``."""


Stores = Mapping[str, Callable[[Fields], StoreLocation | None]]
"""What reads a ``secretStore`` object, by its ``kind``: notes problems in the fields, and answers None if there are any
or a value isn't known.
"""
