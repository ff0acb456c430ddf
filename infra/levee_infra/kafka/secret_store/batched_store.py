"""A secret store for many callers at once: their concurrent calls become one."""

from datetime import date

from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.password import Password
from levee_infra.kafka.secret_store.contract import KeptSecret, NewSecret, SecretStore
from levee_infra.providers.protocol.batching import Batch
from levee_infra.providers.protocol.read_ahead import ReadAhead


class BatchedStore:
    """Finds, keeps and forgets one secret for each caller. Raises what the store answered for it."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store
        self._finding: Batch[CredentialName, KeptSecret | None] = Batch(store.find, pace=store.pace)
        self._ahead: ReadAhead[CredentialName, KeptSecret | None] = ReadAhead(store.find, store.worth_finding)
        self._keeping: Batch[NewSecret, KeptSecret] = Batch(store.keep, key=lambda secret: secret.name)
        self._forgetting: Batch[CredentialName, None] = Batch(store.forget)

    async def find(self, name: CredentialName) -> KeptSecret | None:
        """Look a secret up, now: for who goes on to change something."""
        return await self._finding.submit(name)

    async def seen(self, name: CredentialName) -> KeptSecret | None:
        """Look a secret up, or take what was read along with others seconds ago and before any write."""
        return await self._ahead.get(name)

    async def keep(self, name: CredentialName, password: Password, made: date | None) -> KeptSecret:
        """Write a secret durably and return it as it is kept."""
        try:
            return await self._keeping.submit(NewSecret(name, password, made))
        finally:
            self._ahead.forget()

    async def forget(self, name: CredentialName) -> None:
        """Destroy a secret, if it is kept."""
        try:
            await self._forgetting.submit(name)
        finally:
            self._ahead.forget()

    async def close(self) -> None:
        """Let go of what the store holds open."""
        await self._store.close()
