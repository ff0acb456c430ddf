"""The logins of services in AWS Secrets Manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from levee.plan.planned import Plan
from levee_infra.kafka.connection import admin_connection
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.secret_store.batched_store import BatchedStore
from levee_infra.kafka.secret_store.client_settings import ClientConnection, librdkafka_settings
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.providers.protocol.fields import Fields
from levee_infra.targets.aws.secrets_manager import SecretsManagerLocation
from levee_infra.verify.login import Login, UnusableLogin


def secrets_manager_logins(plan: Plan, project: Path, store: Mapping[str, Any]) -> SecretsManagerLogins:
    """Those of the input `secretStore`."""
    found = SecretsManagerLocation.read(Fields(store, what="secrets"))
    assert found is not None  # its values were checked when the stack was loaded
    connection = admin_connection(plan.cluster, project)
    ca_file = plan.cluster.security.ca_file
    ca_path = None if ca_file is None else str(project / ca_file)
    return SecretsManagerLogins(found, ClientConnection(plan.cluster.bootstrap, connection.ca), ca_path)


class SecretsManagerLogins:
    """Those in AWS Secrets Manager; how the brokers are reached is the stack's own declaration."""

    def __init__(self, location: SecretsManagerLocation, connection: ClientConnection, ca_path: str | None) -> None:
        self._location, self._connection, self._ca_path = location, connection, ca_path
        self._store = location.open(connection)
        self._batched = BatchedStore(self._store)

    async def login(self, username: str) -> Login:
        """Read the user's secret."""
        name = CredentialName.parse(username)
        try:
            kept = await self._batched.find(name)
        except (FailedError, RefusedError) as error:
            raise UnusableLogin(str(error)) from None
        if kept is None:
            raise UnusableLogin(f"{self._location.reference(name)}: there is no such secret, or it has no value")
        return Login.of_settings(librdkafka_settings(self._connection, self._ca_path, username, kept.password))

    async def names(self) -> Sequence[CredentialName]:
        """List the secrets."""
        try:
            return await self._store.kept()
        except (FailedError, RefusedError) as error:
            raise UnusableLogin(str(error)) from None
