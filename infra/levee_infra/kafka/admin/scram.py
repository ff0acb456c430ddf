"""SCRAM users of the cluster: what a broker keeps of a password is derived here, never the password sent.

Source: RFC 5802; KIP-554 (AlterUserScramCredentials takes the salted password).
"""

import asyncio
import functools
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kafka.protocol.admin import AlterUserScramCredentialsRequest, DescribeUserScramCredentialsRequest

from levee_infra.kafka.admin.broker_error import error_of, settled
from levee_infra.kafka.admin.session import Session
from levee_infra.kafka.admin.wire import Wire
from levee_infra.providers.protocol.batching import Batch
from levee_infra.providers.protocol.lag import until_shown
from levee_infra.providers.protocol.snapshot import Snapshot

MECHANISM_NUMBERS: Final = {"SCRAM-SHA-256": 1, "SCRAM-SHA-512": 2}
HASHES: Final = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}
MIN_ITERATIONS: Final = 4_096
MAX_ITERATIONS: Final = 16_384
"""Kafka refuses what lies outside (``ScramMechanism``, ``ScramControlManager``)."""

SALT_BYTES: Final = 24


@dataclass(frozen=True, slots=True, order=True)
class ScramUser:
    """A user name under one mechanism; the same name under another mechanism is another credential."""

    username: str
    mechanism: str
    """``SCRAM-SHA-256`` or ``SCRAM-SHA-512``."""


@dataclass(frozen=True, slots=True)
class SaltedPassword:
    """What the broker receives. Its holder can guess offline: it is sent over TLS and shown to nobody."""

    user: ScramUser
    iterations: int
    salt: bytes = field(repr=False)
    salted: bytes = field(repr=False)


async def salt_password(user: ScramUser, password: str, iterations: int) -> SaltedPassword:
    """Derive what the broker gets, with a new salt, on a thread: it takes milliseconds by intent."""
    salt = secrets.token_bytes(SALT_BYTES)
    salted = await asyncio.to_thread(hashlib.pbkdf2_hmac, HASHES[user.mechanism], password.encode(), salt, iterations)
    return SaltedPassword(user, iterations, salt, salted)


class ScramUsers:
    """Reads and writes SCRAM credentials. Every method raises FailedError, for want of privilege too."""

    def __init__(self, session: Session, wire: Wire) -> None:
        self._session = session
        self._wire = wire
        # A response names users only, so two mechanisms of one user never share a request.
        self._altered: Batch[SaltedPassword | ScramUser, None] = Batch(self._alter, key=_username)
        self._live = Snapshot(self._load)

    async def require_write(self) -> None:
        """Prove that credentials may be set and removed, without doing so."""
        await self._session.require("DESCRIBE", "ALTER")

    async def upsert(self, password: SaltedPassword) -> None:
        """Create the credential, or replace it: the old password ends for new connections."""
        await self._altered.submit(password)

    async def delete(self, user: ScramUser) -> None:
        """Remove the credential; one that is not there is fine."""
        await self._altered.submit(user)

    async def live(
        self, user: ScramUser, expected: Callable[[Mapping[ScramUser, int]], bool]
    ) -> Mapping[ScramUser, int]:
        """Return every credential's iterations: as expected of this one, or read when the brokers had caught up."""
        return await self._session.lag.confirmed(expected, lambda: self._live.get(user), self._live.fresh)

    async def live_now(self) -> Mapping[ScramUser, int]:
        """Return every credential's iterations, read after this call."""
        return await self._live.fresh()

    async def _alter(self, wanted: Sequence[SaltedPassword | ScramUser]) -> list[Any]:
        await self.require_write()
        self._wrote()
        try:
            outcomes = await settled(wanted, self._alter_once)
            done = [one for one, outcome in zip(wanted, outcomes, strict=True) if not isinstance(outcome, Exception)]
            if done:
                # Brokers take writes over in their order: the last one brings the others along.
                await until_shown(f"the credential of {_username(done[-1])}", functools.partial(self._is, done[-1]))
        finally:
            self._wrote()
        return outcomes

    async def _is(self, wanted: SaltedPassword | ScramUser) -> bool:
        """Say whether a broker shows what was written; a changed password alone cannot be seen."""
        shown = await self._describe([_username(wanted)])
        if isinstance(wanted, ScramUser):
            return wanted not in shown
        return shown.get(wanted.user) == wanted.iterations

    async def _alter_once(self, wanted: Sequence[SaltedPassword | ScramUser]) -> list[Any]:
        upserts = [one for one in wanted if isinstance(one, SaltedPassword)]
        deletes = [one for one in wanted if isinstance(one, ScramUser)]
        number = MECHANISM_NUMBERS
        response = await self._wire.send(
            AlterUserScramCredentialsRequest(
                deletions=[(one.username, number[one.mechanism]) for one in deletes],
                upsertions=[
                    (one.user.username, number[one.user.mechanism], one.iterations, one.salt, one.salted)
                    for one in upserts
                ],
            )
        )
        errors = {result.user: error_of(result.error_code, result.error_message) for result in response.results}
        for one in deletes:
            error = errors.get(one.username)
            if error is not None and error.code == "RESOURCE_NOT_FOUND":
                errors[one.username] = None
        return [errors[_username(one)] for one in wanted]

    def _wrote(self) -> None:
        self._live.forget()
        self._session.lag.wrote()

    async def _load(self) -> Mapping[ScramUser, int]:
        await self._session.require("DESCRIBE")
        return await self._describe(None)

    async def _describe(self, usernames: Sequence[str] | None) -> Mapping[ScramUser, int]:
        """Read the credentials of these users, or of all."""
        users = None if usernames is None else [(username,) for username in usernames]
        response = await self._wire.send(DescribeUserScramCredentialsRequest(users=users))
        if error := error_of(response.error_code, response.error_message):
            raise error
        names = {number: name for name, number in MECHANISM_NUMBERS.items()}
        return {
            ScramUser(result.user, names.get(info.mechanism, str(info.mechanism))): info.iterations
            for result in response.results
            for info in result.credential_infos
        }


def _username(one: SaltedPassword | ScramUser) -> str:
    return one.user.username if isinstance(one, SaltedPassword) else one.username
