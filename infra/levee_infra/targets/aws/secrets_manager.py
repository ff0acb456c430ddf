"""A secret store in AWS Secrets Manager: the password exists there and nowhere else.

A secret's value is what Amazon MSK reads, ``{"username": …, "password": …}``
(https://docs.aws.amazon.com/msk/latest/developerguide/msk-password-tutorial.html). The secret itself, with its key
and its tags, is a ``levee:aws:Secret``; this store only writes and reads values.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self, TypeVar

from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.password import Password
from levee_infra.kafka.secret_store.client_settings import ClientConnection
from levee_infra.kafka.secret_store.contract import Fit, KeptSecret, NewSecret
from levee_infra.providers.protocol.batching import PATIENT
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.targets.aws.api import Api, AwsError
from levee_infra.targets.aws.connection import AwsConnection
from levee_infra.targets.aws.kinds.secret.kind import NAME, RECOVERY_DAYS
from levee_infra.targets.aws.kinds.secret.live import named

SERVICE: Final = "secretsmanager"
MOST_AT_ONCE: Final = 20  # BatchGetSecretValue's SecretIdList
ABSENT: Final = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
"""No such secret, one without a value, one that is scheduled for deletion."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class SecretsManagerLocation:
    """Secrets whose names begin with ``prefix``, in one account and region. Credentials come from AWS's usual chain."""

    connection: AwsConnection
    prefix: str

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read ``secretStore: {kind: secrets-manager, prefix: …, account: …, region: …}``."""
        prefix = known(fields.text("prefix", required=True))
        if prefix is not None and not NAME.fullmatch(prefix):
            fields.refuse("prefix", "must be letters, digits and /_+=.@-")
        connection = AwsConnection.read(fields, beside=("kind", "prefix"))
        return None if connection is None or prefix is None else cls(connection, prefix)

    async def probe(self) -> None:
        """Nothing to look at here: the first look-up of a preview tells whether the account can be asked."""

    def name_of(self, name: CredentialName) -> str:
        """The name of a credential's secret."""
        return f"{self.prefix}{name.username}"

    def reference(self, name: CredentialName) -> str:
        """Say where the secret of ``name`` is."""
        return f"secrets-manager:{self.connection.account}:{self.connection.region}:{self.name_of(name)}"

    def open(self, connection: ClientConnection) -> "SecretsManagerStore":  # noqa: ARG002 - the value names no cluster
        """Return the store."""
        return SecretsManagerStore(self)


class SecretsManagerStore:
    """Values of secrets; see the module."""

    pace = PATIENT

    def __init__(self, location: SecretsManagerLocation) -> None:
        self._location = location
        self._api = Api(location.connection)

    async def find(self, names: Sequence[CredentialName]) -> Sequence[KeptSecret | Exception | None]:
        """Look values up, twenty with each call."""
        parts = [names[start : start + MOST_AT_ONCE] for start in range(0, len(names), MOST_AT_ONCE)]
        answers = await asyncio.gather(*map(self._find, parts))
        return [one for answer in answers for one in answer]

    async def _find(self, names: Sequence[CredentialName]) -> Sequence[KeptSecret | Exception | None]:
        ids = [self._location.name_of(name) for name in names]
        answer = await self._api.find(SERVICE, "batch_get_secret_value", tuple(ABSENT), SecretIdList=ids)
        if answer is None:  # AWS answers for each secret; a server that refuses all for one is asked for each
            return await _each(self._find_one, names)
        values = {value["Name"]: value for value in answer.get("SecretValues", ())}
        codes = {_plain(error["SecretId"]): str(error.get("ErrorCode")) for error in answer.get("Errors", ())}
        return [self._found(name, values.get(id_), codes.get(id_)) for name, id_ in zip(names, ids, strict=True)]

    async def kept(self) -> list[CredentialName]:
        """List the credentials that have a secret, in order; names that are none's are left out."""
        names = [about["Name"] for about in await named(self._api, self._location.prefix)]
        return sorted(_credentials(name.removeprefix(self._location.prefix) for name in names))

    async def worth_finding(self) -> list[CredentialName]:
        """All that are kept: twenty take one call."""
        return await self.kept()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()

    async def _find_one(self, name: CredentialName) -> KeptSecret | None:
        id_ = self._location.name_of(name)
        value = await self._api.find(SERVICE, "get_secret_value", tuple(ABSENT), SecretId=id_)
        return None if value is None else read_value(self._location.reference(name), name, value)

    def _found(
        self, name: CredentialName, value: Mapping[str, Any] | None, code: str | None
    ) -> KeptSecret | Exception | None:
        """What an answer about many says of one: its value, or an error code."""
        reference = self._location.reference(name)
        if value is None and code in ABSENT:
            return None
        if value is None:
            return FailedError(f"{reference} can't be read: {code or 'AWS says nothing about it'}; nothing was changed")
        try:
            return read_value(reference, name, value)
        except FailedError as failure:
            return failure

    async def keep(self, secrets: Sequence[NewSecret]) -> Sequence[KeptSecret | Exception]:
        """Write values; the secrets must be there."""
        return await _each(self._keep, secrets)

    async def _keep(self, secret: NewSecret) -> KeptSecret:
        value = json.dumps({"username": secret.name.username, "password": secret.password.reveal()})
        answer = await self._put(secret.name, value)
        reference = self._location.reference(secret.name)
        return KeptSecret(reference, secret.password, Fit.CURRENT, answer.get("VersionId"), secret.made)

    async def forget(self, names: Sequence[CredentialName]) -> Sequence[Exception | None]:
        """Write over the value, then schedule the secret's deletion: what is brought back holds no password.

        It is written over twice, for the version before the last can still be read (``AWSPREVIOUS``).
        """
        return await _each(self._forget, names)

    async def _forget(self, name: CredentialName) -> None:
        try:
            for _ in range(2):
                await self._put(name, json.dumps({"revoked": name.username}))
        except AwsError as error:
            if error.code in ABSENT:
                return
            raise
        id_ = self._location.name_of(name)
        await self._api.find(SERVICE, "delete_secret", tuple(ABSENT), SecretId=id_, RecoveryWindowInDays=RECOVERY_DAYS)

    async def _put(self, name: CredentialName, value: str) -> Mapping[str, Any]:
        id_ = self._location.name_of(name)
        return await self._api.call(SERVICE, "put_secret_value", SecretId=id_, SecretString=value)


def read_value(reference: str, name: CredentialName, answer: Mapping[str, Any]) -> KeptSecret | None:
    """Read a value; None for one that was revoked. Raises FailedError, without quoting it, for one that isn't ours."""
    try:
        value = json.loads(answer.get("SecretString", ""))
    except (TypeError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise FailedError(f"{reference} holds no credential that levee wrote; move it away")
    if value.get("revoked") == name.username:
        return None
    password = value.get("password")
    if value.get("username") != name.username or not isinstance(password, str) or not password:
        raise FailedError(f"{reference} holds the credential of somebody else, or none; move it away")
    written = answer.get("CreatedDate")  # of this version of the value
    made = written.astimezone(UTC).date() if isinstance(written, datetime) else None
    return KeptSecret(reference, Password(password), Fit.CURRENT, answer.get("VersionId"), made)


def _credentials(usernames: Iterable[str]) -> Iterator[CredentialName]:
    for username in usernames:
        with suppress(ValueError):
            yield CredentialName.parse(username)


def _plain(secret_id: str) -> str:
    """The name in an ARN of a secret, without the six characters that AWS appends; a name is left as it is."""
    return secret_id.rsplit(":secret:", 1)[1][:-7] if ":secret:" in secret_id else secret_id


async def _each(work: Callable[[Item], Awaitable[Result]], items: Sequence[Item]) -> list[Result | Exception]:
    """Do each, and answer each with its own result or failure."""

    async def one(item: Item) -> Result | Exception:
        try:
            return await work(item)
        except (FailedError, RefusedError) as failure:
            return failure

    return list(await asyncio.gather(*map(one, items)))
